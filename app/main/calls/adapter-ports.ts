/** The forms in which adapters of the SFU parse what browsers send. */
export { carries, DtlsParameters, PlainParameters, RtpCapabilities, RtpParameters } from './rtc-forms.ts';
/** What adapters of recording implement. */
export type * from './recording-ports.ts';
