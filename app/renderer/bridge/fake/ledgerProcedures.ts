import { encode } from '@ipld/dag-cbor';
import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type { LedgerTransaction, ValidatorCard } from '../../../contract/index.ts';
import { base64UrlOf, bytesOfHex, keyOfDid } from '../../text/keys.ts';
import type { SampleLedger } from './ledger.ts';
import { me } from './people.ts';

const problem = (code: string, message: string, remedy: string | null) => ({
  data: { code, message, remedy },
});
const validatorOf = ({ did, peer, bls, pop }: ValidatorCard) => ({
  key: keyOfDid(did) ?? new Uint8Array(32),
  peer,
  bls: bytesOfHex(bls),
  pop: bytesOfHex(pop),
});

/** The ledger procedures over sample data; the texts of set changes have a node’s format. */
export function ledgerProcedures(ledger: SampleLedger) {
  const os = implement(contract).ledger;
  const HEX = ledger.status().stateRoot;
  const SINGLE = 'c2FtcGxlLW9mLXNpbmdsZS1zaWduYXR1cmVz';
  const from = (cursor: string | undefined) => (cursor === undefined ? ledger.height : Number(cursor));
  const heights = (first: number, limit: number) =>
    Array.from({ length: Math.max(0, Math.min(limit, first)) }, (_, n) => first - n);

  return {
    status: os.status.handler(() => ledger.status()),
    genesis: os.genesis.handler(() => ({ genesis: 'c2FtcGxl' })),
    blocks: os.blocks.handler(({ input: { cursor, limit } }) => {
      const first = from(cursor);
      const next = first > limit ? String(first - limit) : null;
      return {
        items: heights(first, limit).map((height) => ledger.block(height)),
        next,
        total: ledger.height,
      };
    }),
    block: os.block.handler(({ input, errors }) => {
      const height = typeof input.block === 'number' ? input.block : ledger.heightOf(input.block);
      if (!(height >= 1 && height <= ledger.height))
        throw errors.PROBLEM(problem('unknown-block', 'This node has no such final block.', null));
      return { block: ledger.block(height), transactions: ledger.transactionsOf(height) };
    }),
    transactions: os.transactions.handler(({ input: { cursor, limit, account, kind, block } }) => {
      const items: LedgerTransaction[] = [];
      let height = from(cursor);
      for (; height > 0 && items.length < limit; height--)
        items.push(
          ...ledger
            .transactionsOf(height)
            .filter((one) => account === undefined || one.account.did === account)
            .filter((one) => kind === undefined || one.kind === kind)
            .filter(({ block: at }) => block === undefined || at?.height === block || at?.hash === block),
        );
      return { items, next: height > 0 ? String(height) : null, total: null };
    }),
    transaction: os.transaction.handler(({ input, errors }) => {
      const found = ledger.transaction(input.id);
      if (found) return found;
      throw errors.PROBLEM(
        problem('unknown-transaction', 'This node knows no such transaction.', 'Check the id.'),
      );
    }),
    submit: os.submit.handler(({ input }) => ({ id: ledger.submit(input.kind, input.body) })),
    validators: os.validators.handler(() => ledger.validators()),
    card: os.card.handler(() => {
      const { did, peer, bls, pop } = ledger.validators()[0]!;
      return ledger.kind === 'watching'
        ? { did: me.did, peer: '12D3KooWQYhTNQdmr3ArTeUHR', bls, pop }
        : { did, peer, bls, pop };
    }),
    changeValidators: os.changeValidators.handler(({ input: { add, remove, quorum, change } }) => {
      const now = ledger.validators();
      const gone = new Set([...remove, ...add.map(({ did }) => did)]);
      const next = [...now.filter(({ did }) => !gone.has(did)), ...add].map(validatorOf);
      const least = Math.floor((2 * next.length) / 3) + 1;
      const set = { epoch: 1, model: 'byzantine', quorum: quorum ?? least, validators: next };
      const made = base64UrlOf(encode({ set, signatures: [[0, new Uint8Array(96)]] }));
      const signatures = Math.min(ledger.quorum, change === undefined ? 1 : 2);
      const enough = signatures >= ledger.quorum;
      const transaction = enough ? ledger.submit('validators.change', { set: { quorum: set.quorum } }) : null;
      return { change: change ?? made, signatures, quorum: ledger.quorum, transaction };
    }),
    signatures: os.signatures.handler(({ signal }) => ledger.slots.watch(signal, () => ledger.slot())),
    proof: os.proof.handler(({ input }) => ({ proof: input.single ? SINGLE : 'c2FtcGxl' })),
    inclusion: os.inclusion.handler(() => ({
      height: ledger.height,
      index: 0,
      count: 1,
      root: HEX,
      path: [],
    })),
    consistency: os.consistency.handler(() => {
      const head = { height: ledger.height, count: 1, root: HEX };
      return { from: head, to: head, path: [] };
    }),
    snapshot: os.snapshot.handler(({ input }) => ({
      height: input.height ?? 4_000,
      stateRoot: ledger.status().stateRoot,
      transactions: 8_000,
      parts: 16,
      manifest: 'c2FtcGxl',
    })),
    evidence: os.evidence.handler(() => ({
      items: ledger.evidence(),
      next: null,
      total: ledger.evidence().length,
    })),
    evidenceFile: os.evidenceFile.handler(() => ({ file: 'c2FtcGxl' })),
    recover: os.recover.handler(() => {
      ledger.recover();
      return ledger.status();
    }),
    changes: os.changes.handler(({ signal }) => ledger.finals.watch(signal)),
  };
}
