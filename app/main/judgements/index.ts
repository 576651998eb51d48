export { decodeAsk, encodeGiven, encodeStatement, JUDGEMENTS_PROTOCOL, signedBytes } from './wire.ts';
