import type { Inputs, LedgerBlock, LedgerTransaction, Outputs } from '../../contract/index.ts';
import { equalBytes, toBase64Url, toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import { didOf, publicKeyOf } from '../kernel/did.ts';
import type { SealedEvent } from '../log/event.ts';
import { accountOf, setOf } from './state/accounts.ts';
import { foldHandle, LedgerHandle } from './state/handles.ts';
import type { Header } from './types/block.ts';
import type { Chain } from './chain/chain.ts';
import type { PlacedTransaction } from './chain/chain-store.ts';
import { HistoryTree } from './chain/history-tree.ts';
import { EntryKey } from './proofs/entry-proof.ts';
import { DID, marked } from './proofs/proof-json.ts';
import { encodeProof } from './proofs/proof.ts';
import { Prover } from './chain/prover.ts';
import type { StateView } from './types/state.ts';
import { openTransaction, type Transaction } from './types/transaction.ts';
import { problem } from './problems.ts';

/** The person who holds a key, as the ledger knows them. */
export function personOf(state: StateView, key: Uint8Array) {
  const account = accountOf(state, key);
  return { did: didOf(key), handle: account?.handle ?? didOf(key).slice(-8), role: account?.role ?? null };
}

/** An event of the log, and the block that lists it, if any. */
export interface FoundEvent {
  readonly sealed: SealedEvent;
  readonly block: number | null;
}

/** Lookups in the final chain: blocks, transactions, and their proofs. */
export function createLookup(chain: Chain, clock: Clock, eventOf: (id: Uint8Array) => FoundEvent | null) {
  const { store, search } = chain;
  const prover = new Prover(chain.origin.id, store);
  const tree = new HistoryTree(store, search, clock);

  const blockView = (header: Header): LedgerBlock => ({
    height: header.height,
    hash: cidOf(header.hash),
    parent: cidOf(header.parent),
    time: header.time,
    epoch: header.epoch,
    slot: header.slot,
    proposer: proposerOf(header),
    transactions: header.count,
    transactionRoot: toHex(header.transactionRoot),
    stateRoot: toHex(header.stateRoot),
  });

  /** Known only while the set of the block's epoch is in force. */
  const proposerOf = ({ epoch, proposer }: Header): string | null => {
    const set = setOf(chain.state);
    const validator = set.epoch === epoch ? set.validators[proposer] : undefined;
    return validator ? didOf(validator.key) : null;
  };

  const transactionView = (transaction: Transaction, placed: PlacedTransaction | null): LedgerTransaction => {
    const { id, kind, account, nonce, body } = transaction;
    const header = placed && store.header(placed.height)!;
    return {
      id: cidOf(id),
      kind,
      account: personOf(chain.state, account),
      nonce,
      body: marked(body),
      block: header && {
        height: header.height,
        hash: cidOf(header.hash),
        time: header.time,
        place: placed.place,
      },
    };
  };
  const placedView = (placed: PlacedTransaction) => transactionView(openTransaction(placed.sealed), placed);

  /** Throws a Problem `unknown-block`. */
  const heightOf = (block: number | string): number => {
    const header = typeof block === 'number' ? store.header(block) : store.headerByHash(digestOf(block));
    if (header) return header.height;
    throw problem('unknown-block');
  };

  return {
    blocks({ cursor, limit }: Inputs['ledger']['blocks'] & { limit: number }): Outputs['ledger']['blocks'] {
      const below = cursor === undefined ? chain.base.height + 1 : numberOf(cursor);
      const found = store.headersBelow(below, limit + 1);
      const headers = found.slice(0, limit);
      const next = found.length > limit ? String(headers.at(-1)!.height) : null;
      return { items: headers.map(blockView), next, total: chain.base.height };
    },

    /** Throws a Problem `unknown-block`. */
    block({ block }: Inputs['ledger']['block']): Outputs['ledger']['block'] {
      const header = store.header(heightOf(block))!;
      const transactions = store.transactionsOf(header.height);
      const views = transactions.map((sealed, place) => placedView({ height: header.height, place, sealed }));
      return { block: blockView(header), transactions: views };
    },

    /** Newest first; all filters apply. Throws a Problem `bad-cursor`. */
    transactions(
      input: Inputs['ledger']['transactions'] & { limit: number },
    ): Outputs['ledger']['transactions'] {
      const { cursor, limit, account, kind, block } = input;
      const height = block === undefined ? undefined : heightOf(block);
      const key = account === undefined ? undefined : publicKeyOf(account);
      const ofAccount = key !== undefined && kind === undefined && height === undefined;
      const found = ofAccount
        ? store.transactionsBy(key, cursor ? numberOf(cursor) : Number.MAX_SAFE_INTEGER, limit + 1)
        : search.find({ account: key, kind, height }, placeOfCursor(cursor), limit + 1);
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const items = page.map(placedView);
      const next = ofAccount ? String(items.at(-1)?.nonce) : `${last?.height}.${last?.place}`;
      return { items, next: found.length > limit ? next : null, total: null };
    },

    /** Throws a Problem `unknown-transaction`. */
    transaction({ id }: Inputs['ledger']['transaction']): LedgerTransaction {
      const digest = digestOf(id);
      const placed = store.transaction(digest);
      if (placed) return placedView(placed);
      const waiting = chain.mempool.all().find((one) => equalBytes(one.id, digest));
      if (waiting) return transactionView(waiting, null);
      throw problem('unknown-transaction');
    },

    /**
     * The proof of a transaction or of an event of the log. Throws the Problems of {@link Prover.prove}, or
     * `not-certified`.
     */
    proof({ id, single }: Inputs['ledger']['proof']): Outputs['ledger']['proof'] {
      const digest = digestOf(id);
      const event = eventOf(digest);
      if (!event) return { proof: toBase64Url(prover.file(digest, single)) };
      if (event.block === null) {
        throw problem('not-certified');
      }
      return { proof: toBase64Url(encodeProof(prover.proveEvent(digest, event.sealed, event.block))) };
    },

    /**
     * [F6] The proof that the final state has an entry, or lacks it. Throws a Problem `bad-entry-key` or those of
     * {@link Prover.proveEntry}.
     */
    entryProof({ key, single }: Inputs['ledger']['entryProof']): Outputs['ledger']['entryProof'] {
      const named = entryKeyOf(key);
      const proof = prover.proveEntry(chain.state, named, single);
      return { key: named, present: proof.claim.x !== null, proof: toBase64Url(encodeProof(proof)) };
    },

    /** Throws a Problem `no-snapshot`. */
    snapshot({ height }: Inputs['ledger']['snapshot']): Outputs['ledger']['snapshot'] {
      const at = height ?? chain.snapshots.heights()[0];
      const cut = at === undefined ? null : chain.snapshots.cut(at);
      if (at === undefined || !cut) {
        throw problem('no-snapshot');
      }
      return {
        height: at,
        stateRoot: toHex(store.header(at)!.stateRoot),
        transactions: chain.snapshots.transactions(at),
        parts: cut.slots.length,
        manifest: toBase64Url(prover.manifest(at, cut)),
      };
    },

    /** Throws a Problem `unknown-transaction` or `history-missing`. */
    async inclusion({ id }: Inputs['ledger']['inclusion']): Promise<Outputs['ledger']['inclusion']> {
      const { index, count, path, root } = await tree.inclusion(digestOf(id), chain.base.height);
      return { index, count, root: toHex(root), path: path.map(toHex), height: chain.base.height };
    },

    /** Throws a Problem `unknown-block` or `history-missing`. */
    async consistency(input: Inputs['ledger']['consistency']): Promise<Outputs['ledger']['consistency']> {
      const from = heightOf(input.from);
      const to = input.to === undefined ? chain.base.height : heightOf(input.to);
      if (from > to) throw problem('wrong-order');
      const { first, second, path } = await tree.consistency(from, to);
      const side = ({ count, root }: { count: number; root: Uint8Array }) => ({ count, root: toHex(root) });
      return {
        from: { height: from, ...side(first) },
        to: { height: to, ...side(second) },
        path: path.map(toHex),
      };
    },
  };
}

/** A public key as people copy it; keys of the state have it in lower case. */
const KEY_IN_HEX = /^[0-9a-f]{64}$/i;

/**
 * The key of an entry as a person writes it: a handle in any case, or `did:key:…` for a key. Another spelling of
 * an entry that exists would be proven absent, so a handle that nobody can have is refused.
 */
function entryKeyOf(text: string): string {
  const [noun = '', ...rest] = text.split('/');
  const key = EntryKey.safeParse(`${noun}/${nameOf(noun, rest.join('/').trim())}`);
  if (key.success) return key.data;
  throw problem('bad-entry-key');
}

function nameOf(noun: string, text: string): string {
  if (noun !== 'handle') {
    if (text.startsWith(DID)) return toHex(publicKeyOf(text));
    return KEY_IN_HEX.test(text) ? text.toLowerCase() : text;
  }
  const folded = foldHandle(text);
  if ([text, folded].some((one) => LedgerHandle.safeParse(one).success)) return folded;
  throw problem('bad-entry-key');
}

function numberOf(cursor: string): number {
  const number = Number(cursor);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw problem('bad-cursor');
}

function placeOfCursor(cursor: string | undefined): [height: number, place: number] {
  if (cursor === undefined) return [Number.MAX_SAFE_INTEGER, 0];
  const [height, place] = cursor.split('.');
  return [numberOf(height ?? ''), numberOf(place ?? '')];
}
