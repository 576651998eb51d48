import { encode } from '@ipld/dag-cbor';
import type { LedgerTransaction, ValidatorCard } from '../../../contract/index.ts';
import { base64UrlOf, bytesOfHex, keyOfDid } from '../../text/keys.ts';
import { Refusal, type Answers } from './answers.ts';
import type { SampleLedger } from './ledger.ts';

const validatorOf = ({ did, peer, bls, pop }: ValidatorCard) => ({
  key: keyOfDid(did) ?? new Uint8Array(32),
  peer,
  bls: bytesOfHex(bls),
  pop: bytesOfHex(pop),
});

/** The ledger procedures over sample data; the texts of set changes have a node’s format. */
export function ledgerProcedures(ledger: SampleLedger): Answers['ledger'] {
  const from = (cursor: string | undefined) => (cursor === undefined ? ledger.height : Number(cursor));
  return {
    status: () => ledger.status(),
    validators: () => ledger.validators(),
    blocks: ({ cursor, limit }) => {
      const first = from(cursor);
      const items = Array.from({ length: Math.min(limit, first) }, (_, n) => ledger.block(first - n));
      return { items, next: first > limit ? String(first - limit) : null, total: ledger.height };
    },
    block: ({ block }) => {
      const height = typeof block === 'number' ? block : ledger.heightOf(block);
      if (!(height >= 1 && height <= ledger.height))
        throw new Refusal({
          code: 'unknown-block',
          message: 'This node has no such final block.',
          remedy: null,
        });
      return { block: ledger.block(height), transactions: ledger.transactionsOf(height) };
    },
    transactions: ({ cursor, limit, account, kind }) => {
      const items: LedgerTransaction[] = [];
      let height = from(cursor);
      for (; height > 0 && items.length < limit; height--)
        items.push(
          ...ledger
            .transactionsOf(height)
            .filter((one) => account === undefined || one.account.did === account)
            .filter((one) => kind === undefined || one.kind === kind),
        );
      return { items, next: height > 0 ? String(height) : null, total: null };
    },
    changeValidators: ({ add, remove, quorum, change }) => {
      const now = ledger.validators();
      const gone = new Set([...remove, ...add.map(({ did }) => did)]);
      const next = [...now.filter(({ did }) => !gone.has(did)), ...add].map(validatorOf);
      const least = Math.floor((2 * next.length) / 3) + 1;
      const set = { epoch: 1, model: 'byzantine', quorum: quorum ?? least, validators: next };
      const made = base64UrlOf(encode({ set, signatures: [[0, new Uint8Array(96)]] }));
      return { change: change ?? made, signatures: 1, quorum: ledger.quorum, transaction: null };
    },
    signatures: (_, signal) => ledger.slots.watch(signal, () => ledger.slot()),
    evidence: () => ({ items: ledger.evidence(), next: null, total: ledger.evidence().length }),
    recover: () => {
      ledger.recover();
      return ledger.status();
    },
    changes: (_, signal) => ledger.finals.watch(signal),
  };
}
