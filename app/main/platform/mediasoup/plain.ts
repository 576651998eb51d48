import type { Rtc } from '../../calls/ports.ts';

/** Parameters of mediasoup as a value of JSON: without what is undefined, of which mediasoup leaves some. */
export const plain = (value: object): Rtc => JSON.parse(JSON.stringify(value)) as Rtc;
