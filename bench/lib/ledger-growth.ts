/** Makes many blocks in one process, with the signatures of all validators. */
import { fromHex, toHex } from '../../app/main/kernel/bytes.ts';
import { sha256 } from '../../app/main/kernel/sha256.ts';
import { accountOf } from '../../app/main/ledger/state/accounts.ts';
import { makeBlock } from '../../app/main/ledger/types/block.ts';
import { makeCertificate } from '../../app/main/ledger/types/certificate.ts';
import { leaderOf } from '../../app/main/ledger/consensus/simplex.ts';
import { sealTransaction } from '../../app/main/ledger/types/transaction.ts';
import { motionMessage } from '../../app/main/ledger/types/vote.ts';
import { blsSignerOf, blst } from '../../app/main/platform/bls/blst.ts';
import { signerOf } from '../../app/main/platform/keys/ed25519.ts';
import type { Community } from '../../app/main/node/community.ts';
import type { BenchNode } from './node.ts';

/**
 * Grows the chain of a founder's node to a height: each block admits one more member and has a certificate of
 * a quorum. Keys in benchmarks are derived from names, so this process can sign for all.
 */
export async function growChain(
  node: BenchNode,
  { genesis, ledger }: Community,
  toHeight: number,
  names: readonly string[],
): Promise<null> {
  const { chain } = ledger;
  await ledger.ordering!.stop();
  const keys = new Map(
    names.map((name) => {
      const { publicKey } = signerOf(sha256(Buffer.from(`person ${name}`)));
      return [toHex(publicKey), blsSignerOf(publicKey)] as const;
    }),
  );
  const { set } = chain;
  const signers = set.validators
    .map(({ key }, voter) => ({ voter, bls: keys.get(toHex(key))! }))
    .slice(0, set.quorum);
  const account = node.signer.publicKey;
  while (chain.base.height < toHeight) {
    const { base } = chain;
    const body = { member: sha256(fromHex(toHex(base.hash))), role: 'guest' };
    const { nonce } = accountOf(chain.state, account)!;
    const fields = { community: genesis.id, account, device: null, nonce, kind: 'role.grant', body };
    await chain.submit([sealTransaction(fields, node.signer).sealed]);
    const template = {
      community: genesis.id,
      epoch: set.epoch,
      slot: base.slot + 1,
      height: base.height + 1,
      parent: base.hash,
      time: base.time + 1,
      proposer: leaderOf(set, base.slot + 1),
    };
    const draft = (await chain.propose(template, base, false))!;
    const block = makeBlock(
      { ...template, stateRoot: draft.stateRoot, anchor: draft.anchor },
      draft.transactions,
    );
    const { hash, slot, epoch } = block.header;
    const motion = { kind: 'finalise', epoch, slot, block: hash } as const;
    const message = motionMessage(genesis.id, set, motion);
    const votes = signers.map(({ voter, bls }) => ({ ...motion, voter, signature: bls.sign(message) }));
    await chain.finalise({ blocks: [block], closing: [], certificate: makeCertificate(set, votes, blst) });
  }
  await ledger.ordering!.start();
  return null;
}
