import { Problem } from '../../kernel/errors.ts';
import { defineProblems } from '../../kernel/problems.ts';
import type { CertificateFault } from '../types/certificate.ts';

/** The problems of proofs and of evidence in files. */
export const problem = defineProblems('proofs', {
  'proof-too-large': { message: 'The proof is larger than allowed.' },
  'bad-proof': { message: 'This is not a finality proof, or a part of it is missing.' },
  'bad-event-proof': {
    code: 'bad-proof',
    message: 'This is not a proof of an event, or a part of it is missing.',
  },
  'two-seals': {
    code: 'bad-proof',
    message: 'The proof has both an aggregate and single signatures.',
  },
  'proof-of-other-genesis': {
    code: 'wrong-community',
    message: 'The proof belongs to a community with another genesis document.',
  },
  'not-a-change': { message: 'A step in the chain of validator sets does not change them.' },
  'step-missing': { code: 'stale-set', message: 'A step in the chain of validator sets is missing.' },
  'not-included': { message: 'The transaction is not in the block.' },
  'foreign-block': { code: 'wrong-community', message: 'A block belongs to another community.' },
  'wrong-epoch': { message: 'A block belongs to another epoch.' },
  'broken-chain': { message: 'A block does not follow the one before it.' },
  'not-a-finality-certificate': {
    code: 'bad-certificate',
    message: 'The certificate does not say that the block is final.',
  },
  'invalid-certificate': {
    message: 'The certificate is not valid for the validators of its epoch.',
  },
  'duplicate-signer': { message: 'A validator is counted twice.' },
  'bad-validator-signature': {
    code: 'bad-signature',
    message: 'A signature is not its validator’s.',
  },
  'foreign-event': { code: 'wrong-community', message: 'The event belongs to another community.' },
  'not-anchored': { message: 'The block has no anchor.' },
  'event-not-listed': { code: 'not-included', message: 'The block does not list the event.' },
  'anchor-of-other-list': {
    code: 'wrong-anchor-digest',
    message: 'The anchor of the block belongs to another list.',
  },
  'anchor-early': { message: 'The event is later than the anchor that lists it.' },
  'bad-event-signature': {
    code: 'bad-signature',
    message: 'The signature of the event is not its author’s.',
  },
  'bad-entry-proof': {
    code: 'bad-proof',
    message: 'This is not a proof of a state entry, or a part of it is missing.',
  },
  'entry-not-in-state': {
    code: 'not-in-state',
    message: 'The proof does not show that the state has this entry.',
  },
  'entry-not-absent': {
    code: 'not-absent',
    message: 'The proof does not show that the state lacks this entry.',
  },
  'evidence-too-large': { message: 'The file is larger than allowed.' },
  'bad-evidence-file': { code: 'bad-evidence', message: 'This is not an evidence file.' },
  'evidence-of-other-genesis': {
    code: 'wrong-community',
    message: 'The evidence belongs to a community with another genesis document.',
  },
  'not-convicting': { message: 'A piece of the evidence proves nothing.' },
});

/** A certificate that is not valid, with the rule that it breaks as the code. */
export function invalidCertificate(fault: CertificateFault): Problem {
  return Problem.of({ ...problem.fields('invalid-certificate'), code: fault });
}
