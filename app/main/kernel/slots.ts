import type { Clock } from './clock.ts';

/** How many slots there are, and how much of them one holder may have. */
export interface SlotLimits {
  readonly total: number;
  /** Slots for strangers together; the others are reserved for known owners. */
  readonly strangers: number;
  /** Slots of one owner, such as a member with all their nodes. */
  readonly perOwner: number;
  /** Slots of one peer that is a stranger, and of all strangers in one network prefix. */
  readonly perPeer: number;
  readonly perPrefix: number;
  /** How long a stranger keeps a slot even if another of its prefix wants it, in milliseconds. */
  readonly turnMs: number;
  /** A stranger without progress for this long loses the slot, in milliseconds. */
  readonly idleMs: number;
}

/** Somebody who wants a slot. */
export interface SlotClaim {
  readonly peer: string;
  /** The network prefix of the peer's address. */
  readonly prefix: string;
  /** Ends the use of the slot, which somebody else gets or which was idle for too long. Called at most once. */
  readonly evict: () => void;
  /** Whether the holder is at work now, which counts as progress. */
  readonly isBusy?: () => boolean;
}

/** A slot that is held. */
export interface Slot {
  /** The holder made progress. */
  touch(): void;
  /** Gives the slot back; does nothing the second time, or after an eviction. */
  release(): void;
}

interface Held {
  readonly claim: SlotClaim;
  readonly takenAt: number;
  touchedAt: number;
  /** Whether it is never refused or evicted. */
  readonly isOwn: boolean;
  cancelCheck: () => void;
}

/**
 * Slots of one resource, such as connections or the channels of a protocol, shared so that strangers cannot use them up.
 *
 * Known owners have reserved slots, and take turns by their numbers: the owner with the most gives way. Strangers
 * share the rest by network prefix, since one machine can have many peer ids and addresses; the stranger without progress
 * for the longest time gives way. Ownership is looked up each time, so a stranger who proves to be an owner is protected at
 * once, and a member who is banned no longer.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #limits: SlotLimits;
  readonly #ownerOf: (peer: string) => string | null;
  readonly #held = new Set<Held>();

  /** @param ownerOf the owner of a peer that is known, or null for a stranger. */
  constructor(clock: Clock, limits: SlotLimits, ownerOf: (peer: string) => string | null) {
    this.#clock = clock;
    this.#limits = limits;
    this.#ownerOf = ownerOf;
  }

  /** The number of slots that are held. */
  get size(): number {
    return this.#held.size;
  }

  /** The number of slots that strangers hold. */
  get strangers(): number {
    return this.#strangers().length;
  }

  /** A slot, or null if the claimant has its share or there is none left; may evict somebody else. */
  take(claim: SlotClaim): Slot | null {
    const owner = this.#ownerOf(claim.peer);
    const victims = owner === null ? this.#forStranger(claim) : this.#forOwner(owner);
    if (victims === null) return null;
    for (const victim of victims) this.#evict(victim);
    return this.#hold(claim, false);
  }

  /** A slot for something that this node itself wants, which is counted but never refused or evicted. */
  takeOwn(claim: Omit<SlotClaim, 'evict'>): Slot {
    return this.#hold({ ...claim, evict: () => {} }, true);
  }

  #hold(claim: SlotClaim, isOwn: boolean): Slot {
    const now = this.#clock.now();
    const held: Held = { claim, takenAt: now, touchedAt: now, isOwn, cancelCheck: () => {} };
    this.#held.add(held);
    if (!isOwn) this.#checkLater(held, this.#limits.idleMs);
    return {
      touch: () => {
        held.touchedAt = this.#clock.now();
      },
      release: () => this.#remove(held),
    };
  }

  /** The holder that must go so that a stranger gets a slot; null if the stranger gets none. */
  #forStranger({ peer, prefix }: SlotClaim): Held[] | null {
    const { total, strangers: most, perPeer, perPrefix } = this.#limits;
    const strangers = this.#strangers();
    if (strangers.filter(({ claim }) => claim.peer === peer).length >= perPeer) return null;
    const near = strangers.filter(({ claim }) => claim.prefix === prefix);
    const crowd =
      near.length >= perPrefix
        ? near
        : strangers.length >= most || this.#held.size >= total
          ? largestGroup(strangers, ({ claim }) => claim.prefix)
          : null;
    if (crowd === null) return [];
    // A prefix with fewer need not wait for the turns of one with more.
    const hasFewer = near.length + 1 < crowd.length;
    const victim = this.#stalest(
      crowd.filter(({ takenAt }) => hasFewer || this.#age(takenAt) >= this.#limits.turnMs),
    );
    return victim === null ? null : [victim];
  }

  /** The same for a known owner: strangers go first, then a slot of the owner who holds the most. */
  #forOwner(owner: string): Held[] | null {
    const { total, perOwner } = this.#limits;
    const owned = [...this.#held].filter((one) => !one.isOwn && this.#ownerOf(one.claim.peer) !== null);
    const own = owned.filter(({ claim }) => this.#ownerOf(claim.peer) === owner).length;
    if (own >= perOwner) return null;
    if (this.#held.size < total) return [];
    const stranger = this.#stalest(largestGroup(this.#strangers(), ({ claim }) => claim.prefix));
    if (stranger !== null) return [stranger];
    const crowd = largestGroup(owned, ({ claim }) => this.#ownerOf(claim.peer)!);
    const victim = crowd.length >= own + 2 ? this.#stalest(crowd) : null;
    return victim === null ? null : [victim];
  }

  #strangers(): Held[] {
    return [...this.#held].filter(({ claim, isOwn }) => !isOwn && this.#ownerOf(claim.peer) === null);
  }

  /** The one without progress for the longest time; busy ones last. */
  #stalest(held: readonly Held[]): Held | null {
    let stalest: { one: Held; busy: boolean } | null = null;
    for (const one of held) {
      const busy = one.claim.isBusy?.() ?? false;
      const isStaler =
        stalest === null ||
        (stalest.busy && !busy) ||
        (stalest.busy === busy && one.touchedAt < stalest.one.touchedAt);
      if (isStaler) stalest = { one, busy };
    }
    return stalest?.one ?? null;
  }

  #checkLater(held: Held, delayMs: number): void {
    held.cancelCheck = this.#clock.after(delayMs, () => this.#check(held));
  }

  #check(held: Held): void {
    const { idleMs } = this.#limits;
    if (held.claim.isBusy?.()) held.touchedAt = this.#clock.now();
    const idle = this.#age(held.touchedAt);
    if (this.#ownerOf(held.claim.peer) !== null) this.#checkLater(held, idleMs);
    else if (idle < idleMs) this.#checkLater(held, idleMs - idle);
    else this.#evict(held);
  }

  /** Never negative: the clock may have been set back. */
  #age(since: number): number {
    return Math.max(0, this.#clock.now() - since);
  }

  #evict(held: Held): void {
    if (this.#remove(held)) held.claim.evict();
  }

  #remove(held: Held): boolean {
    held.cancelCheck();
    return this.#held.delete(held);
  }
}

/** The members of the largest group; of groups of one size the first. */
function largestGroup<T>(items: readonly T[], groupOf: (item: T) => string): readonly T[] {
  const groups = Map.groupBy(items, groupOf);
  let largest: readonly T[] = [];
  for (const group of groups.values()) if (group.length > largest.length) largest = group;
  return largest;
}
