import type {
  Inputs,
  LedgerEvidence,
  LedgerStatus,
  LedgerValidator,
  LiveSlot,
  Outputs,
  ValidatorCard,
} from '../../contract/index.ts';
import type { BlsSigner } from '../kernel/bls.ts';
import { equalBytes, fromHex, toBase64Url, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf, publicKeyOf } from '../kernel/did.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Signer } from '../kernel/signer.ts';
import { accountOf, setOf } from './state/accounts.ts';
import type { Chain } from './chain/chain.ts';
import { TransactionSubmitter } from './transaction-submitter.ts';
import { endorse, type Endorser } from './state/endorsement.ts';
import { endorseSchedule } from './state/schedule-endorsement.ts';
import type { EvidenceBook } from './chain/evidence-book.ts';
import { historyOf } from './state/history.ts';
import type { ConsensusView } from './consensus/live-view.ts';
import { createLookup, personOf, type FoundEvent } from './lookup.ts';
import type { EventListener } from './state/kinds.ts';
import { unmarkedBody } from './proofs/proof-json.ts';
import type { JoinProgress } from './sync/snapshot-pull.ts';
import { placeOf, spareValidators, type Validator } from './types/validators.ts';
import type { Motion } from './types/vote.ts';
import { problem } from './problems.ts';

/** The part of consensus that the service shows. */
export interface ConsensusWatch {
  /** Null before it has started. */
  view(): ConsensusView | null;
  onChange(listener: () => void): () => void;
  /** The progress of fetching a snapshot; null while none is being fetched. */
  readonly joining: JoinProgress | null;
  /** Transactions are waiting: a leader may propose. */
  workPending(): void;
  /**
   * Places of the validators that have not been heard from, if a transaction has waited for at least
   * `patienceMs`.
   */
  absent(patienceMs: number): number[] | null;
  /** A person vouches that ordering may continue; resolves when it does. */
  recover(): Promise<void>;
}

export interface LedgerInit {
  readonly chain: Chain;
  readonly clock: Clock;
  /** The genesis document. */
  readonly genesis: Uint8Array;
  readonly signer: Signer;
  /** Whether this node is cut off from all others while it runs. */
  readonly alone: boolean;
  /** Why the ledger cannot continue here, as a sentence; null while it can. */
  readonly standstill: () => string | null;
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  /** Null for a node that holds the ledger and does not order. */
  readonly consensus: ConsensusWatch | null;
  /** Evidence against validators that broke the rules; null for a node without a network. */
  readonly evidence: Pick<EvidenceBook, 'list' | 'count' | 'file'> | null;
  /** An event of the log, and the block that lists it, if any; null if there is no such event. */
  readonly event: (id: Uint8Array) => FoundEvent | null;
  /** Passes accepted transactions on to the validators. */
  readonly spread: (sealed: Uint8Array) => void;
}

export type Ledger = ReturnType<typeof createLedger>;

/** The ledger as seen by the console and the command line. */
export function createLedger(init: LedgerInit) {
  const { chain, signer, consensus } = init;
  const { store, origin } = chain;
  const lookup = createLookup(chain, init.clock, init.event);

  const submitter = new TransactionSubmitter({
    ...init,
    ordering: consensus,
    votingKey: init.validator.bls.publicKey,
  });
  const handIn = async (kind: string, body: unknown) => cidOf((await submitter.handIn(kind, body)).id);

  const endorser = (): Endorser => ({
    community: origin.id,
    current: setOf(chain.state),
    key: signer.publicKey,
    bls: init.validator.bls,
    check: chain.bls,
  });

  return {
    chain,

    status(): LedgerStatus {
      const set = setOf(chain.state);
      const { base, parameters, halt } = chain;
      const { version, next, known } = chain.protocol;
      return {
        height: base.height,
        head: cidOf(base.hash),
        time: base.time,
        stateRoot: toHex(base.stateRoot),
        transactions: historyOf(chain.state).count,
        waiting: chain.mempool.size,
        epoch: set.epoch,
        model: set.model,
        quorum: set.quorum,
        validators: set.validators.length,
        spare: spareValidators(set),
        validating: placeOf(set, signer.publicKey) >= 0 && consensus !== null,
        credit: parameters.credit,
        fee: parameters.fee ?? 0,
        credits: accountOf(chain.state, signer.publicKey)?.credits ?? null,
        historyFrom: store.lowest() ?? 0,
        joining: consensus?.joining ?? null,
        snapshots: chain.snapshots.heights(),
        protocol: { version, next, known },
        halted: halt && { code: halt.code, height: halt.height },
      };
    },

    genesis: () => ({ genesis: toBase64Url(init.genesis) }),

    ...lookup,

    /** Throws a Problem `unknown-account`, `not-ordering` or the reason of a refusal. */
    async submit({ kind, body }: Inputs['ledger']['submit']): Promise<{ id: string }> {
      return { id: await handIn(kind, unmarkedBody(body)) };
    },

    nameOf: (key: Uint8Array): string => personOf(chain.state, key).handle,

    /** Throws the Problems of {@link TransactionSubmitter.act}. */
    act: (kind: string, body: unknown): Promise<void> => submitter.act(kind, body),

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
        endorser(),
      );
      const transaction = endorsed.body ? await handIn('validators.change', endorsed.body) : null;
      const { text, signatures, needed } = endorsed;
      return { change: text, signatures, quorum: needed, transaction };
    },

    /** Throws the Problems of {@link endorseSchedule} or those of {@link submit}. */
    async scheduleVersion(
      input: Inputs['ledger']['scheduleVersion'],
    ): Promise<Outputs['ledger']['scheduleVersion']> {
      const { protocol, base } = chain;
      const endorsed = endorseSchedule(input, { ...endorser(), protocol, height: base.height + 1 });
      const { next, body, text, signatures, needed } = endorsed;
      const transaction = body ? await handIn('protocol.schedule', body) : null;
      return { next, change: text, signatures, quorum: needed, transaction };
    },

    /** Calls back with the slot in progress at every change. */
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
      const found = init.evidence?.list(limit + 1, below) ?? [];
      const items = found.slice(0, limit).map(({ number, at, evidence, validator }): LedgerEvidence => {
        const { epoch, slot } = evidence.first;
        const { did, handle } = personOf(chain.state, validator.key);
        const votes: [string, string] = [motionText(evidence.first), motionText(evidence.second)];
        return { number, did, handle, epoch, slot, votes, at };
      });
      const next = found.length > limit ? String(items.at(-1)!.number) : null;
      return { items, next, total: init.evidence?.count() ?? 0 };
    },

    /** Throws a Problem `no-evidence` or `history-missing`. */
    evidenceFile(): Outputs['ledger']['evidenceFile'] {
      const book = init.evidence;
      if (!book) throw problem('no-evidence');
      return { file: toBase64Url(book.file()) };
    },

    /** Throws a Problem `history-missing`, `ledger-outdated` or `diverged`. */
    async recover(): Promise<LedgerStatus> {
      chain.replay();
      await consensus?.recover();
      return this.status();
    },

    /** [EV4] Calls back with every event of a block that became final here; returns the unsubscribe function. */
    onEvent: (listener: EventListener) => chain.onEvent(listener),

    onFinal: (listener: (change: { height: number }) => void) =>
      chain.onFinal(({ header }) => listener({ height: header.height })),
  };
}

/** A motion in readable form: `finalise bafy…`, `nullify`. */
export function motionText({ kind, block }: Motion): string {
  return block === null ? kind : `${kind} ${cidOf(block)}`;
}

/** A validator's card, which others read before they add it to their set. */
export function cardOf({ key, peer, bls, pop }: Validator): ValidatorCard {
  return { did: didOf(key), peer, bls: toHex(bls), pop: toHex(pop) };
}
