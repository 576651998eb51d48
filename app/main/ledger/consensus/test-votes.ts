import type { BlsSigner } from '../../kernel/bls.ts';
import { utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { memoryBls, memoryBlsSigner } from '../../platform/memory/bls.ts';
import { makeCertificate, type Certificate } from '../types/certificate.ts';
import { makeValidatorSet, type FaultModel, type ValidatorSet } from '../types/validators.ts';
import { motionMessage, type Motion, type Vote, type VoteKind } from '../types/vote.ts';

/** A set of validators with their keys. */
export interface TestValidators {
  readonly community: Uint8Array;
  readonly set: ValidatorSet;
  /** By place in the set. */
  readonly signers: readonly BlsSigner[];
  vote(voter: number, motion: Partial<Motion> & { kind: VoteKind }): Vote;
  certificate(voters: readonly number[], motion: Partial<Motion> & { kind: VoteKind }): Certificate;
}

export const blockHash = (name: string) => sha256(utf8(`block ${name}`));

export function testValidators(
  count: number,
  model: FaultModel = 'byzantine',
  { epoch = 0, quorum }: { epoch?: number; quorum?: number } = {},
): TestValidators {
  const community = sha256(utf8('a community'));
  const known = new Map<string, BlsSigner>();
  const validators = Array.from({ length: count }, (_, n) => {
    const signer = memoryBlsSigner(sha256(utf8(`signer ${n}`)));
    known.set(`peer ${n}`, signer);
    const key = sha256(utf8(`person ${n}`));
    return { key, peer: `peer ${n}`, bls: signer.publicKey, pop: signer.provePossession() };
  });
  const set = makeValidatorSet({ epoch, model, validators, ...(quorum ? { quorum } : {}) });
  const signers = set.validators.map(({ peer }) => known.get(peer)!);
  const vote = (voter: number, changes: Partial<Motion> & { kind: VoteKind }): Vote => {
    const block = changes.kind === 'nullify' ? null : blockHash('a');
    const motion = { epoch, slot: 1, block, ...changes };
    return { ...motion, voter, signature: signers[voter]!.sign(motionMessage(community, set, motion)) };
  };
  return {
    community,
    set,
    signers,
    vote,
    certificate: (voters, motion) =>
      makeCertificate(
        set,
        voters.map((voter) => vote(voter, motion)),
        memoryBls,
      ),
  };
}
