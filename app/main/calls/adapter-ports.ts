/** The forms in which adapters of the SFU parse what browsers send. */
export { carries, DtlsParameters, PlainParameters, RtpCapabilities, RtpParameters } from './rtc-forms.ts';
/** The ports that adapters of recording implement. */
export type * from './recording-ports.ts';
