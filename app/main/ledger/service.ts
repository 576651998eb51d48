import type {
  Inputs,
  LedgerEvidence,
  LedgerStatus,
  LedgerValidator,
  LiveSlot,
  Outputs,
  Role,
  ValidatorCard,
} from '../../contract/index.ts';
import type { BlsSigner } from '../kernel/bls.ts';
import { equalBytes, fromHex, toBase64Url, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf, publicKeyOf } from '../kernel/did.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { reaches } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import { accountOf, holderOf, LedgerHandle, maySign, setOf, standingOf } from './accounts.ts';
import type { Chain } from './chain.ts';
import { endorse } from './endorsement.ts';
import type { EvidenceBook } from './evidence-book.ts';
import { historyOf } from './history.ts';
import type { ConsensusView } from './live-view.ts';
import { createLookup, personOf } from './lookup.ts';
import { unmarkedBody } from './proof-json.ts';
import type { JoinProgress } from './snapshot-pull.ts';
import { sealTransaction, type Transaction } from './transaction.ts';
import { placeOf, spareValidators, type Validator } from './validators.ts';
import type { Motion } from './vote.ts';

/** What the service shows of the consensus that runs beside it. */
export interface ConsensusWatch {
  /** Null before it has begun. */
  view(): ConsensusView | null;
  onChange(listener: () => void): () => void;
  /** How far the fetching of a snapshot is; null while none is fetched. */
  readonly joining: JoinProgress | null;
  /** Transactions wait: a leader may propose. */
  workPending(): void;
  /** A person answers for it that ordering may go on; resolves when it does. */
  recover(): Promise<void>;
}

export interface LedgerInit {
  readonly chain: Chain;
  readonly clock: Clock;
  /** The genesis document. */
  readonly genesis: Uint8Array;
  readonly signer: Signer;
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  /** Null for a node that holds the ledger and takes no part in ordering. */
  readonly consensus: ConsensusWatch | null;
  /** What is known of validators that broke the rules; null for a node without a network. */
  readonly evidence: Pick<EvidenceBook, 'list' | 'count' | 'file'> | null;
  /** Hands accepted transactions on to the validators. */
  readonly spread: (sealed: Uint8Array) => void;
}

export type Ledger = ReturnType<typeof createLedger>;

/** The ledger as the console and the command line see it. */
export function createLedger(init: LedgerInit) {
  const { chain, signer, consensus } = init;
  const { store, origin } = chain;
  const lookup = createLookup(chain, init.clock);

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
        joining: consensus?.joining ?? null,
        snapshots: chain.snapshots.heights(),
        halted: halt && { code: halt.code, height: halt.height },
      };
    },

    genesis: () => ({ genesis: toBase64Url(init.genesis) }),

    ...lookup,

    /** Throws a Problem `unknown-account`, `not-ordering` or the reason of a refusal. */
    async submit({ kind, body }: Inputs['ledger']['submit']): Promise<{ id: string }> {
      return { id: await handIn(seal(kind, unmarkedBody(body))) };
    },

    nameOf: (key: Uint8Array): string => personOf(chain.state, key).handle,

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
          handle: personOf(chain.state, validator.key).handle,
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

    evidence({ cursor, limit }: Inputs['ledger']['evidence'] & { limit: number }) {
      const below = cursor === undefined ? undefined : Number(cursor);
      const found = init.evidence?.list(limit, below) ?? [];
      const items = found.map(({ number, at, evidence, validator }): LedgerEvidence => {
        const { epoch, slot } = evidence.first;
        const { did, handle } = personOf(chain.state, validator.key);
        const votes: [string, string] = [motionText(evidence.first), motionText(evidence.second)];
        return { number, did, handle, epoch, slot, votes, at };
      });
      const next = found.length === limit ? String(found.at(-1)!.number) : null;
      return { items, next, total: init.evidence?.count() ?? 0 };
    },

    /** Throws a Problem `no-evidence` or `history-missing`. */
    evidenceFile(): Outputs['ledger']['evidenceFile'] {
      const book = init.evidence;
      if (!book) throw new Problem('no-evidence', 'There is no evidence against anybody here.');
      return { file: toBase64Url(book.file()) };
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

/** A motion as people read it: `finalise bafy…`, `nullify`. */
export function motionText({ kind, block }: Motion): string {
  return block === null ? kind : `${kind} ${cidOf(block)}`;
}

/** A validator as others see it before they take it into their set. */
export function cardOf({ key, peer, bls, pop }: Validator): ValidatorCard {
  return { did: didOf(key), peer, bls: toHex(bls), pop: toHex(pop) };
}
