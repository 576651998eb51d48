import type { Clock } from './clock.ts';
import { Slots, type Slot, type SlotClaim, type SlotLimits } from './slots.ts';

/** Channels of one protocol that peers may have open here at a time. */
const CHANNELS: SlotLimits = {
  total: 96,
  strangers: 32,
  perOwner: 16,
  perPeer: 4,
  perPrefix: 8,
  turnMs: 1000,
  idleMs: 10_000,
};

/** The slots of the channels that peers open, for each protocol: the same limits for all, new ones included. */
export class ChannelSlots {
  readonly #clock: Clock;
  readonly #ownerOf: (peer: string) => string | null;
  readonly #protocols = new Map<string, Slots>();

  /** @param ownerOf the owner of a peer that is known, or null for a stranger. */
  constructor(clock: Clock, ownerOf: (peer: string) => string | null) {
    this.#clock = clock;
    this.#ownerOf = ownerOf;
  }

  /** A slot for a channel of a protocol that this node answers, or null if there is none for the peer. */
  take(protocol: string, claim: SlotClaim): Slot | null {
    let slots = this.#protocols.get(protocol);
    if (!slots) {
      slots = new Slots(this.#clock, CHANNELS, this.#ownerOf);
      this.#protocols.set(protocol, slots);
    }
    return slots.take(claim);
  }
}
