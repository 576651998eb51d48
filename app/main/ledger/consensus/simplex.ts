import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { SlashingProtection } from './slashing-protection.ts';
import { Round } from './round.ts';
import type { Tally } from './tally.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Motion, Vote, VoteKind } from '../types/vote.ts';

/** The fields of a valid block that the machine needs. */
export interface Candidate {
  readonly hash: Uint8Array;
  readonly parent: Uint8Array;
  readonly slot: number;
}

/** The last block of the chain that is final. */
export interface Root {
  readonly hash: Uint8Array;
  readonly slot: number;
}

/** [K8] How long a slot may take, in milliseconds. */
export interface SlotTimes {
  readonly baseMs: number;
  readonly capMs: number;
}

export type TimerName = 'nullify' | 'settle';

/** The actions to carry out, in this order. */
export type Effect =
  /** Write to disk, sign, send, and hand back through {@link Simplex.vote}. */
  | { readonly do: 'vote'; readonly motion: Motion }
  /** Make a block on `parent`, even without transactions if `empty`. */
  | {
      readonly do: 'propose';
      readonly slot: number;
      readonly parent: Uint8Array;
      readonly empty: boolean;
    }
  /** Call {@link Simplex.timer} after this time. */
  | { readonly do: 'wait'; readonly timer: TimerName; readonly slot: number; readonly ms: number }
  /** Cancel all timers. */
  | { readonly do: 'rest' }
  /** A quorum voted for this: aggregate the votes. */
  | { readonly do: 'certify'; readonly motion: Motion; readonly votes: readonly Vote[] }
  /** These blocks are final, the oldest first; the certificate is on the last one. */
  | { readonly do: 'final'; readonly chain: readonly Uint8Array[]; readonly slot: number }
  /** Peers must have something that is missing here. */
  | { readonly do: 'ask' }
  /** [K7] Two votes that contradict each other. */
  | { readonly do: 'accuse'; readonly first: Vote; readonly second: Vote };

export interface SimplexInit {
  readonly set: ValidatorSet;
  /** This validator's place, or null for a node that only follows. */
  readonly me: number | null;
  readonly root: Root;
  readonly times: SlotTimes;
  readonly protection: SlashingProtection;
  readonly tally: (set: ValidatorSet) => Tally;
}

/** [K1] The place of the validator that may propose in a slot. */
export function leaderOf(set: ValidatorSet, slot: number): number {
  return slot % set.validators.length;
}

/** [K2] Votes for slots further ahead than this are not kept. */
export const SLOT_WINDOW = 64;

/**
 * One epoch of Simplex (Chan and Pass, TCC 2023) on one node, as a state machine: checked inputs go in,
 * actions come out. It uses no clock, network or disk. See SPEC.md, "Consensus".
 */
export class Simplex {
  readonly #init: SimplexInit;
  readonly #rounds = new Map<number, Round>();
  /** Valid blocks above the root, by hex hash. */
  readonly #blocks = new Map<string, Candidate>();
  #effects: Effect[] = [];
  #root: Root;
  #slot: number;
  #pending = false;
  /** Slots that ended without a block since the last final one. */
  #nullified = 0;
  #waiting: number | null = null;
  #settling: 'no' | 'waiting' | 'due' = 'no';
  #proposed = 0;
  /** The slot in which there was nothing to propose. */
  #declined = 0;

  constructor(init: SimplexInit) {
    this.#init = init;
    this.#root = init.root;
    this.#slot = init.root.slot + 1;
    init.protection.settle(init.root.slot);
  }

  /** The slot that this node is in. */
  get slot(): number {
    return this.#slot;
  }

  get root(): Root {
    return this.#root;
  }

  /** The facts known about the slots above the root, in order. */
  rounds(): Round[] {
    return [...this.#rounds.values()].sort((a, b) => a.slot - b.slot);
  }

  round(slot: number): Round | undefined {
    return this.#rounds.get(slot);
  }

  /** Whether a vote or a block of a slot can still matter. */
  concerns(slot: number): boolean {
    return slot > this.#root.slot && slot <= this.#slot + SLOT_WINDOW;
  }

  /** Whether something is waiting to be ordered or settled, so that a timer runs. */
  get active(): boolean {
    return this.#pending || this.#unsettled || (this.#rounds.get(this.#slot)?.stirred ?? false);
  }

  /** Continues after a change from outside: votes found on disk, or the end of a silence. */
  resume(): Effect[] {
    return this.#run(() => {});
  }

  /** Whether a transaction is waiting to be ordered, as far as this node knows. */
  work(pending: boolean): Effect[] {
    return this.#run(() => {
      this.#pending = pending;
      this.#declined = 0;
    });
  }

  /** A valid block whose parents are known; `proposed` if its leader voted for it. */
  block(candidate: Candidate, proposed: boolean): Effect[] {
    return this.#run(() => {
      const key = toHex(candidate.hash);
      if (candidate.slot <= this.#root.slot) return;
      this.#blocks.set(key, candidate);
      const { proposals } = this.#open(candidate.slot);
      if (proposed && !proposals.some((hash) => toHex(hash) === key)) proposals.push(candidate.hash);
    });
  }

  vote(vote: Vote): Effect[] {
    return this.#run(() => {
      if (!this.concerns(vote.slot)) return;
      const round = this.#open(vote.slot);
      const counted = round.tally.add(vote);
      if (counted === 'known') return;
      if (counted !== 'new') this.#do({ do: 'accuse', first: counted.conflicts, second: vote });
      if (round.outcome(vote.kind) !== undefined || !round.tally.reached(vote)) return;
      const { kind, epoch, slot, block } = vote;
      this.#do({ do: 'certify', motion: { kind, epoch, slot, block }, votes: round.tally.votes(vote) });
      this.#prove(round, vote);
    });
  }

  /** A checked certificate, formed here or elsewhere. */
  certificate(motion: Motion): Effect[] {
    return this.#run(() => {
      if (motion.slot <= this.#root.slot) return;
      const round = this.#open(motion.slot);
      if (round.outcome(motion.kind) === undefined) this.#prove(round, motion);
    });
  }

  timer(name: TimerName, slot: number): Effect[] {
    return this.#run(() => {
      if (slot !== this.#slot || this.#waiting !== slot) return;
      if (name === 'settle') {
        this.#settling = 'due';
        this.#declined = 0;
      }
      // [K8] Too late for this slot: from here on this validator does not finalise in it.
      if (name === 'nullify') this.#cast('nullify', slot, null);
    });
  }

  /**
   * There was nothing to propose: the waiting transactions are already ordered. The next sign of work asks
   * again.
   */
  declined(slot: number): void {
    this.#proposed = Math.min(this.#proposed, slot - 1);
    this.#declined = slot;
  }

  #run(input: () => void): Effect[] {
    input();
    this.#finish();
    this.#enter();
    this.#finaliseWhatStands();
    this.#follow();
    this.#lead();
    this.#wait();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #do(effect: Effect): void {
    this.#effects.push(effect);
  }

  #open(slot: number): Round {
    const known = this.#rounds.get(slot);
    if (known) return known;
    const round = new Round(slot, this.#init.tally(this.#init.set));
    this.#rounds.set(slot, round);
    return round;
  }

  #prove(round: Round, { kind, block }: Motion): void {
    if (kind === 'notarise') round.notarised = block;
    else if (kind === 'finalise') round.finalised = block;
    else round.nullified = true;
  }

  /**
   * [K9] Finalises by the newest certificate whose chain is here; the chain of an older one may be complete
   * first.
   */
  #finish(): void {
    const proven = this.rounds().filter(({ finalised }) => finalised !== null);
    for (const round of proven.toReversed()) {
      const chain = this.#chainTo(round.finalised!);
      if (chain) return this.#settle(round, chain);
    }
    if (proven.length > 0) this.#do({ do: 'ask' });
  }

  /** The blocks from above the root up to this one, or null if one is missing. */
  #chainTo(hash: Uint8Array): Uint8Array[] | null {
    const chain: Uint8Array[] = [];
    for (let at = hash; !equalBytes(at, this.#root.hash);) {
      const candidate = this.#blocks.get(toHex(at));
      if (!candidate) return null;
      chain.unshift(at);
      at = candidate.parent;
    }
    return chain;
  }

  #settle(proven: Round, chain: readonly Uint8Array[]): void {
    this.#root = { hash: proven.finalised!, slot: proven.slot };
    this.#nullified = 0;
    this.#init.protection.settle(proven.slot);
    for (const slot of this.#rounds.keys()) if (slot <= proven.slot) this.#rounds.delete(slot);
    for (const [key, { slot }] of this.#blocks) if (slot <= proven.slot) this.#blocks.delete(key);
    this.#do({ do: 'final', chain, slot: proven.slot });
    if (this.#slot <= proven.slot) this.#move(proven.slot + 1);
    // A later certificate may still wait for its blocks.
    this.#finish();
  }

  /** [K2] A node that sees the end of a slot enters the next one. */
  #enter(): void {
    const last = this.rounds().findLast(({ over }) => over);
    if (!last || last.slot < this.#slot) return;
    if (!last.notarised && !last.finalised) this.#nullified++;
    this.#move(last.slot + 1);
  }

  #move(slot: number): void {
    this.#slot = slot;
    this.#still();
  }

  #still(): void {
    if (this.#waiting !== null) this.#do({ do: 'rest' });
    this.#waiting = null;
    this.#settling = 'no';
  }

  /** [K6] Votes to finalise a notarised block, unless it voted to nullify the slot. */
  #finaliseWhatStands(): void {
    for (const { slot, notarised } of this.rounds()) {
      if (notarised) this.#cast('finalise', slot, notarised);
    }
  }

  /**
   * [K4] Votes for the first proposal that builds on notarised blocks; slashing protection allows no second.
   */
  #follow(): void {
    const { me, set, protection } = this.#init;
    const slot = this.#slot;
    if (me === null) return;
    for (const block of this.#rounds.get(slot)?.proposals ?? []) {
      if (!protection.allows({ kind: 'notarise', epoch: set.epoch, slot, block })) continue;
      const stands = this.#standing(this.#blocks.get(toHex(block))!.parent);
      if (stands === 'unknown') this.#do({ do: 'ask' });
      if (stands === 'yes') this.#cast('notarise', slot, block);
    }
  }

  /** Whether a block on `parent` may follow in this slot: the slots between must be proven empty. */
  #standing(parent: Uint8Array): 'yes' | 'no' | 'unknown' {
    const isRoot = equalBytes(parent, this.#root.hash);
    const known = isRoot ? this.#root : this.#blocks.get(toHex(parent));
    if (!known || known.slot >= this.#slot) return 'no';
    if (!isRoot) {
      const { notarised } = this.#open(known.slot);
      if (!notarised) return 'unknown';
      if (!equalBytes(notarised, parent)) return 'no';
    }
    for (let slot = known.slot + 1; slot < this.#slot; slot++) {
      if (!this.#rounds.get(slot)?.nullified) return 'unknown';
    }
    return 'yes';
  }

  /** [K3] Proposes once, on the newest notarised block, if there is something to order or to settle. */
  #lead(): void {
    const { set, me, protection } = this.#init;
    const slot = this.#slot;
    if (me !== leaderOf(set, slot) || this.#proposed >= slot) return;
    if (
      protection.has(slot, 'notarise') ||
      protection.has(slot, 'nullify') ||
      slot <= protection.silentThrough
    )
      return;
    if (this.#settling !== 'due' && (!this.#pending || this.#declined === slot)) return;
    const parent = this.#newest();
    if (!parent) return this.#do({ do: 'ask' });
    this.#proposed = slot;
    this.#do({ do: 'propose', slot, parent, empty: this.#settling === 'due' });
  }

  /** The newest block that can be a parent in this slot, or null while something is missing. */
  #newest(): Uint8Array | null {
    for (let slot = this.#slot - 1; slot > this.#root.slot; slot--) {
      const round = this.#rounds.get(slot);
      if (round?.notarised && this.#blocks.has(toHex(round.notarised))) return round.notarised;
      if (!round?.nullified) return null;
    }
    return this.#root.hash;
  }

  /** [K8] A timer runs only while there is something to order or to settle. */
  #wait(): void {
    const slot = this.#slot;
    if (!this.active) return this.#still();
    const { baseMs, capMs } = this.#init.times;
    const ms = Math.min(capMs, baseMs * 2 ** Math.min(this.#nullified, 30));
    if (this.#waiting !== slot) {
      this.#waiting = slot;
      this.#do({ do: 'wait', timer: 'nullify', slot, ms });
    }
    if (this.#settling === 'no' && this.#unsettled) {
      this.#settling = 'waiting';
      this.#do({ do: 'wait', timer: 'settle', slot, ms: Math.ceil(ms / 4) });
    }
  }

  /** Whether a block is notarised and not final. */
  get #unsettled(): boolean {
    for (const { notarised } of this.#rounds.values()) if (notarised) return true;
    return false;
  }

  #cast(kind: VoteKind, slot: number, block: Uint8Array | null): void {
    const motion = { kind, epoch: this.#init.set.epoch, slot, block };
    const { me, protection } = this.#init;
    if (me === null || !protection.allows(motion)) return;
    protection.cast(motion);
    this.#do({ do: 'vote', motion });
  }
}
