import { defineProblems } from './problems.ts';

/** The problems of reading ids and canonical bytes. */
export const problem = defineProblems('kernel', {
  'bad-did': {
    message: 'This is not a did:key of an Ed25519 key.',
    remedy: 'Copy the whole identity again.',
  },
  'bad-id': { message: '“{text}” is not an id.', remedy: 'Copy the whole id or link again.' },
  malformed: { message: 'The bytes are not DAG-CBOR.' },
  'non-canonical': { message: 'The bytes are not in canonical form.' },
});
