import type {
  Inputs,
  LedgerBlock,
  LedgerStatus,
  LedgerTransaction,
  LedgerValidator,
  LiveSlot,
  Outputs,
  Role,
  ValidatorCard,
} from '../../contract/index.ts';
import type { BlsSigner } from '../kernel/bls.ts';
import { equalBytes, fromHex, toBase64Url, toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { didOf, publicKeyOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import { reaches } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import type { SealedEvent } from '../log/event.ts';
import { accountOf, holderOf, LedgerHandle, maySign, setOf, standingOf } from './accounts.ts';
import type { Header } from './block.ts';
import type { Chain } from './chain.ts';
import type { PlacedTransaction } from './chain-store.ts';
import { endorse } from './endorsement.ts';
import { historyOf } from './history.ts';
import type { ConsensusView } from './live-view.ts';
import { marked, unmarkedBody } from './proof-json.ts';
import { encodeProof } from './proof.ts';
import { Prover } from './prover.ts';
import { openTransaction, sealTransaction, type Transaction } from './transaction.ts';
import { placeOf, spareValidators, type Validator } from './validators.ts';

/** What the service shows of the consensus that runs beside it. */
export interface ConsensusWatch {
  /** Null before it has begun. */
  view(): ConsensusView | null;
  onChange(listener: () => void): () => void;
  /** Transactions wait: a leader may propose. */
  workPending(): void;
  /** A person answers for it that ordering may go on; resolves when it does. */
  recover(): Promise<void>;
}

export interface LedgerInit {
  readonly chain: Chain;
  /** The genesis document. */
  readonly genesis: Uint8Array;
  readonly signer: Signer;
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  /** Null for a node that holds the ledger and takes no part in ordering. */
  readonly consensus: ConsensusWatch | null;
  /** An event of the log, and the block that lists it if one does; null where there is no such event. */
  readonly event: (id: Uint8Array) => { readonly sealed: SealedEvent; readonly block: number | null } | null;
  /** Hands accepted transactions on to the validators. */
  readonly spread: (sealed: Uint8Array) => void;
}

export type Ledger = ReturnType<typeof createLedger>;

/** The ledger as the console and the command line see it. */
export function createLedger(init: LedgerInit) {
  const { chain, signer, consensus } = init;
  const { store, origin } = chain;
  const prover = new Prover(origin.id, store);

  const personOf = (key: Uint8Array) => {
    const account = accountOf(chain.state, key);
    return { did: didOf(key), handle: account?.handle ?? didOf(key).slice(-8), role: account?.role ?? null };
  };

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

  /** Known while the set of its epoch is the one in force. */
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
      account: personOf(account),
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

  /** Signs with the key of this node, as the account's root or as one of its devices. */
  const seal = (kind: string, body: unknown): Transaction => {
    const account = accountOf(chain.state, signer.publicKey);
    if (!account || !maySign(account, signer.publicKey)) {
      throw new Problem(
        'unknown-account',
        'You have no account in this ledger.',
        'Ask a moderator to admit you.',
      );
    }
    const nonce = account.nonce + chain.pool.waitingOf(signer.publicKey, account.nonce);
    return sealTransaction(
      { community: origin.id, account: signer.publicKey, device: null, nonce, kind, body },
      signer,
    );
  };

  const handIn = async (transaction: Transaction): Promise<string> => {
    if (!consensus) {
      throw new Problem(
        'not-ordering',
        'This node takes no part in ordering transactions.',
        'Start it with its network.',
      );
    }
    const [verdict] = await chain.submit([transaction.sealed]);
    if (verdict!.verdict !== 'accept') throw new Problem(verdict!.code, verdict!.message);
    init.spread(transaction.sealed);
    consensus.workPending();
    return cidOf(transaction.id);
  };

  return {
    chain,

    status(): LedgerStatus {
      const set = setOf(chain.state);
      const { base, parameters, halt } = chain;
      return {
        height: base.height,
        head: cidOf(base.hash),
        time: base.time,
        stateRoot: toHex(base.stateRoot),
        transactions: historyOf(chain.state).count,
        waiting: chain.pool.size,
        epoch: set.epoch,
        model: set.model,
        quorum: set.quorum,
        validators: set.validators.length,
        spare: spareValidators(set),
        validating: placeOf(set, signer.publicKey) >= 0 && consensus !== null,
        credit: parameters.credit,
        credits: accountOf(chain.state, signer.publicKey)?.credits ?? null,
        historyFrom: store.lowest() ?? 0,
        snapshots: chain.snapshots.heights(),
        halted: halt && { code: halt.code, height: halt.height },
      };
    },

    genesis: () => ({ genesis: toBase64Url(init.genesis) }),

    blocks({ cursor, limit }: Inputs['ledger']['blocks'] & { limit: number }): Outputs['ledger']['blocks'] {
      const below = cursor === undefined ? chain.base.height + 1 : numberOf(cursor);
      const headers = store.headersBelow(below, limit);
      const last = headers.at(-1);
      const next = last && headers.length === limit && last.height > 1 ? String(last.height) : null;
      return { items: headers.map(blockView), next, total: chain.base.height };
    },

    /** Throws a Problem `unknown-block`. */
    block({ block }: Inputs['ledger']['block']): Outputs['ledger']['block'] {
      const header = typeof block === 'number' ? store.header(block) : store.headerByHash(digestOf(block));
      if (!header) throw new Problem('unknown-block', 'This node has no such final block.');
      const transactions = store.transactionsOf(header.height);
      const views = transactions.map((sealed, place) => placedView({ height: header.height, place, sealed }));
      return { block: blockView(header), transactions: views };
    },

    transactions(
      input: Inputs['ledger']['transactions'] & { limit: number },
    ): Outputs['ledger']['transactions'] {
      const { cursor, limit, account } = input;
      const page = account
        ? store.transactionsBy(
            publicKeyOf(account),
            cursor ? numberOf(cursor) : Number.MAX_SAFE_INTEGER,
            limit,
          )
        : store.transactionsBelow(...placeOfCursor(cursor), limit);
      const last = page.at(-1);
      const items = page.map(placedView);
      const next = account ? String(items.at(-1)?.nonce) : `${last?.height}.${last?.place}`;
      return { items, next: last && page.length === limit ? next : null, total: null };
    },

    /** Throws a Problem `unknown-transaction`. */
    transaction({ id }: Inputs['ledger']['transaction']): LedgerTransaction {
      const digest = digestOf(id);
      const placed = store.transaction(digest);
      if (placed) return placedView(placed);
      const waiting = chain.pool.all().find((one) => equalBytes(one.id, digest));
      if (waiting) return transactionView(waiting, null);
      throw new Problem('unknown-transaction', 'This node knows no such transaction.', 'Check the id.');
    },

    /** Throws a Problem `unknown-account`, `not-ordering` or the reason of a refusal. */
    async submit({ kind, body }: Inputs['ledger']['submit']): Promise<{ id: string }> {
      return { id: await handIn(seal(kind, unmarkedBody(body))) };
    },

    nameOf: (key: Uint8Array): string => personOf(key).handle,

    /**
     * [A2] Gives a newcomer an account, with the handle if it is free; nothing happens if they have one, or
     * if this node's person may not do it. Throws the Problems of {@link submit}.
     */
    async welcome({ key, handle, role }: { key: Uint8Array; handle: string; role: Role }): Promise<void> {
      const mine = accountOf(chain.state, signer.publicKey);
      const mayGrant = mine && reaches(standingOf(mine, chain.base.time), 'moderator');
      if (!mayGrant || accountOf(chain.state, key)) return;
      const free = LedgerHandle.safeParse(handle).success && holderOf(chain.state, handle) === null;
      await handIn(seal('role.grant', { member: key, role, ...(free ? { handle } : {}) }));
    },

    validators(): LedgerValidator[] {
      const watched = consensus?.view();
      return setOf(chain.state).validators.map((validator, place) => {
        const seen = watched?.validators[place];
        return {
          ...cardOf(validator),
          handle: personOf(validator.key).handle,
          isMe: equalBytes(validator.key, signer.publicKey),
          latencyMs: seen?.latencyMs ?? null,
          signed: seen?.signed ?? null,
          missed: seen?.missed ?? null,
          lastSignedAt: seen?.lastSignedAt ?? null,
        };
      });
    },

    /** Throws a Problem `not-a-validator`, `bad-change`, `stale-set`, `bad-validators` or those of {@link submit}. */
    async changeValidators(
      input: Inputs['ledger']['changeValidators'],
    ): Promise<Outputs['ledger']['changeValidators']> {
      const { add = [], remove = [], quorum, change } = input;
      const endorsed = endorse(
        {
          add: add.map(({ did, peer, bls, pop }) => ({
            key: publicKeyOf(did),
            peer,
            bls: fromHex(bls),
            pop: fromHex(pop),
          })),
          remove: remove.map(publicKeyOf),
          quorum,
          change,
        },
        {
          community: origin.id,
          current: setOf(chain.state),
          key: signer.publicKey,
          bls: init.validator.bls,
          check: chain.bls,
        },
      );
      const transaction = endorsed.body ? await handIn(seal('validators.change', endorsed.body)) : null;
      const { text, signatures, needed } = endorsed;
      return { change: text, signatures, quorum: needed, transaction };
    },

    /** The slot in progress, at every change. */
    watchSignatures(listener: (slot: LiveSlot) => void): () => void {
      const tell = () => {
        const slot = consensus?.view()?.slots.at(-1);
        if (slot) {
          const { notarised, finalised, nullified } = slot;
          listener({
            ...slot,
            notarised: [...notarised],
            finalised: [...finalised],
            nullified: [...nullified],
          });
        }
      };
      tell();
      return consensus?.onChange(tell) ?? (() => {});
    },

    /** Of a transaction, or of an event of the log. Throws the Problems of {@link Prover.prove}, or `not-certified`. */
    proof({ id, single }: Inputs['ledger']['proof']): Outputs['ledger']['proof'] {
      const digest = digestOf(id);
      const event = init.event(digest);
      if (!event) return { proof: toBase64Url(prover.file(digest, single)) };
      if (event.block === null) {
        throw new Problem(
          'not-certified',
          'No final block lists this yet.',
          'Try again in a moment: it takes a few seconds while enough validators are there.',
        );
      }
      return { proof: toBase64Url(encodeProof(prover.proveEvent(digest, event.sealed, event.block))) };
    },

    /** Throws a Problem `no-snapshot`. */
    snapshot({ height }: Inputs['ledger']['snapshot']): Outputs['ledger']['snapshot'] {
      const at = height ?? chain.snapshots.heights()[0];
      const cut = at === undefined ? null : chain.snapshots.cut(at);
      if (at === undefined || !cut) {
        throw new Problem(
          'no-snapshot',
          'There is no such snapshot here.',
          'Ask for one of those that the status names.',
        );
      }
      return {
        height: at,
        stateRoot: toHex(store.header(at)!.stateRoot),
        transactions: chain.snapshots.transactions(at),
        parts: cut.slots.length,
        manifest: toBase64Url(prover.manifest(at, cut)),
      };
    },

    /** Throws a Problem `history-missing` or `diverged`. */
    async recover(): Promise<LedgerStatus> {
      chain.replay();
      await consensus?.recover();
      return this.status();
    },

    onFinal: (listener: (change: { height: number }) => void) =>
      chain.onFinal(({ header }) => listener({ height: header.height })),
  };
}

/** A validator as others see it before they take it into their set. */
export function cardOf({ key, peer, bls, pop }: Validator): ValidatorCard {
  return { did: didOf(key), peer, bls: toHex(bls), pop: toHex(pop) };
}

function numberOf(cursor: string): number {
  const number = Number(cursor);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Problem('bad-cursor', 'That is not a place in the list.', 'Begin at the top.');
}

function placeOfCursor(cursor: string | undefined): [height: number, place: number] {
  if (cursor === undefined) return [Number.MAX_SAFE_INTEGER, 0];
  const [height, place] = cursor.split('.');
  return [numberOf(height ?? ''), numberOf(place ?? '')];
}
