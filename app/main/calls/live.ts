import { equalBytes, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { every, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import type { GossipVerdict, Transport } from '../log/transport.ts';
import { MAX_ROOMS, openBeacon, sealBeacon, type Beacon } from './beacon.ts';

/** [CA17] All in milliseconds. */
const BEACON_MS = 15_000;
const LEAST_GAP_MS = 2000;
/** The same limit as receivers apply it: transmission may shorten the gap. */
const LEAST_HEARD_GAP_MS = 1000;
const EXPIRE_MS = 45_000;
const SWEEP_MS = 5000;
const MAX_SKEW_MS = 300_000;
/** Hosts that are remembered; a host beyond them is not heard. */
const MAX_HOSTS = 1000;

export interface LiveInit {
  readonly community: Uint8Array;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger: Logger;
  /** The calls that this node hosts, and who is in them. */
  readonly own: () => Beacon['rooms'];
  /** The persons whose nodes may host a room, its owner first; empty if the room is not here. */
  readonly hostsOf: (room: Uint8Array) => readonly Uint8Array[];
  /** A beacon that counts told of a room. */
  readonly onHeard: (room: Beacon['rooms'][number]) => void;
  readonly onChange: () => void;
}

interface Heard {
  readonly at: number;
  readonly heardAt: number;
  readonly rooms: Beacon['rooms'];
}

/** [CA17] Who is in the calls of all nodes, by signed beacons of their hosts. */
export class LiveCalls {
  readonly #topic: string;
  readonly #init: LiveInit;
  /** The newest beacon of each host. */
  readonly #heard = new Map<string, Heard>();
  #sentAt = -Infinity;
  #lastStamp = 0;
  #wasLive = false;
  #cancelSoon: (() => void) | null = null;
  #stops: (() => void)[] = [];

  constructor(init: LiveInit) {
    this.#init = init;
    this.#topic = `impulse/1/${cidOf(init.community)}/calls`;
  }

  start(): void {
    if (this.#stops.length > 0) return;
    const { transport, clock } = this.#init;
    transport.subscribe(this.#topic, (data) => this.#take(data));
    this.#stops = [
      every(clock, BEACON_MS, () => this.changed()),
      every(clock, SWEEP_MS, () => this.#sweep()),
      transport.onPeer(({ kind }) => {
        if (kind === 'connected') this.changed();
      }),
    ];
  }

  stop(): void {
    if (this.#stops.length === 0) return;
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelSoon?.();
    this.#init.transport.unsubscribe(this.#topic);
    this.#heard.clear();
  }

  /** Who is in a room, by the keys of persons. */
  peopleIn(room: Uint8Array): readonly Uint8Array[] {
    const own = this.#init.own().find((one) => equalBytes(one.room, room));
    if (own) return own.people;
    // [CA18] A successor counts only while the owner says nothing of the room.
    for (const host of this.#init.hostsOf(room)) {
      const found = this.#heard.get(toHex(host))?.rooms.find((one) => equalBytes(one.room, room));
      if (found) return found.people;
    }
    return [];
  }

  /** The participants of this node's calls may have changed: a beacon is sent as soon as the least time has passed. */
  changed(): void {
    if (this.#stops.length === 0 || this.#cancelSoon) return;
    if (!this.#wasLive && this.#init.own().length === 0) return;
    const { clock } = this.#init;
    this.#cancelSoon = clock.after(Math.max(0, this.#sentAt + LEAST_GAP_MS - clock.now()), () => {
      this.#cancelSoon = null;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const { community, transport, signer, clock, logger, own } = this.#init;
    this.#sentAt = clock.now();
    // If the clock is set back, this node's beacons must not look old.
    this.#lastStamp = Math.max(this.#lastStamp + 1, this.#sentAt);
    const rooms = own().slice(0, MAX_ROOMS);
    this.#wasLive = rooms.length > 0;
    try {
      await transport.publish(this.#topic, sealBeacon({ community, rooms, at: this.#lastStamp }, signer));
    } catch (error) {
      logger.debug('calls-beacon-not-sent', { code: problemOf(error).code });
    }
  }

  async #take(data: Uint8Array): Promise<GossipVerdict> {
    let opened;
    try {
      opened = openBeacon(data);
    } catch {
      return 'reject';
    }
    const { value: beacon, message, signature } = opened;
    const { community, verifier, signer, authority, clock, hostsOf, onHeard, onChange } = this.#init;
    const { author, at } = beacon;
    if (!equalBytes(beacon.community, community)) return 'reject';
    if (equalBytes(author, signer.publicKey) || !this.#isTimely(beacon)) return 'ignore';
    if (authority.roleAt(author, ticksOf(clock.now())) === null) return 'ignore';
    const [genuine] = await verifier.verify([{ publicKey: author, message, signature }]);
    if (!genuine) return 'reject';
    // Another copy may have been accepted while the signature was checked.
    if (this.#stops.length === 0 || !this.#isTimely(beacon)) return 'ignore';
    // A room that is not here yet is not shown, so its host need not be known.
    const rooms = beacon.rooms.filter(({ room }) => hostsOf(room).some((key) => equalBytes(key, author)));
    const hex = toHex(author);
    if (!this.#heard.has(hex) && this.#heard.size >= MAX_HOSTS) return 'ignore';
    this.#heard.set(hex, { at, heardAt: clock.now(), rooms });
    for (const one of rooms) onHeard(one);
    onChange();
    return 'accept';
  }

  #isTimely({ author, at }: Beacon): boolean {
    const now = this.#init.clock.now();
    const last = this.#heard.get(toHex(author));
    if (Math.abs(at - now) > MAX_SKEW_MS) return false;
    return !last || (at > last.at && now - last.heardAt >= LEAST_HEARD_GAP_MS);
  }

  #sweep(): void {
    const { clock, onChange } = this.#init;
    const now = clock.now();
    let hasChanged = false;
    for (const [hex, { at, heardAt, rooms }] of this.#heard) {
      if (now - heardAt < EXPIRE_MS) continue;
      // The time stays against replays, until a beacon of that time would be too old.
      if (at < now - MAX_SKEW_MS) this.#heard.delete(hex);
      else if (rooms.length > 0) this.#heard.set(hex, { at, heardAt, rooms: [] });
      else continue;
      hasChanged ||= rooms.length > 0;
    }
    if (hasChanged) onChange();
  }
}
