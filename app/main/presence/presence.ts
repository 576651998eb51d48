import { toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { every, type Clock } from '../kernel/clock.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Logger } from '../kernel/logger.ts';
import { problemOf } from '../kernel/errors.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import type { Transport, GossipVerdict } from '../log/transport.ts';
import { MAX_DOING, MAX_NODE_NAME, openBeacon, sealBeacon, type Beacon } from './beacon.ts';

/** How often a node sends a beacon, in milliseconds. */
const BEACON_MS = 20_000;
/** The least time between two beacons of one node, in milliseconds. */
const LEAST_GAP_MS = 2000;
/** The same limit as receivers apply it: transmission may shorten the gap. */
const LEAST_HEARD_GAP_MS = 1000;
/** A member who was not heard for this long has left, in milliseconds. */
const EXPIRE_MS = 60_000;
const SWEEP_MS = 5000;
/** How far another node's clock may be off, in milliseconds. */
const MAX_SKEW_MS = 300_000;
/** Authors whose beacons are remembered against replay; the least recently heard are forgotten. */
const MAX_HEARD = 5000;
/** While no more than this many are here, a newcomer is greeted with a beacon at once. */
const GREET_BELOW = 50;

export interface PresenceInit {
  readonly community: Uint8Array;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly nodeName: () => string;
  /** Called after anyone came, left, or changed their status. */
  readonly onChange: () => void;
  readonly onCame: (author: Uint8Array, node: string) => void;
  readonly onLeft: (author: Uint8Array, at: number) => void;
}

/** Someone who is here. Times in milliseconds by this node's clock. */
export interface Here {
  readonly author: Uint8Array;
  readonly node: string;
  readonly doing: string;
  readonly idleMs: number;
  readonly since: number;
  readonly heardAt: number;
}

/** Who is here now: signed beacons of members over a gossip topic, forgotten when they fall silent. */
export class Presence {
  readonly topic: string;
  readonly #init: PresenceInit;
  readonly #here = new Map<string, Here>();
  /** The newest beacon of each author, including those who left, so that an old one cannot be replayed. */
  readonly #heard = new Map<string, { at: number; heardAt: number }>();
  readonly #startedAt: number;
  #doing = '';
  #activeAt: number;
  #sentAt = -Infinity;
  #lastStamp = 0;
  #cancelSoon: (() => void) | null = null;
  #stops: (() => void)[] = [];
  #running = false;

  constructor(init: PresenceInit) {
    this.#init = init;
    this.topic = `impulse/1/${cidOf(init.community)}/presence`;
    this.#startedAt = init.clock.now();
    this.#activeAt = this.#startedAt;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { transport, clock } = this.#init;
    transport.subscribe(this.topic, (data) => this.#take(data));
    this.#stops = [
      every(clock, BEACON_MS, () => this.#soon()),
      every(clock, SWEEP_MS, () => this.#sweep()),
      transport.onPeer(({ kind }) => {
        if (kind === 'connected') this.#soon();
      }),
    ];
    this.#soon();
  }

  /** Says goodbye, so that others need not wait for the timeout. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelSoon?.();
    this.#cancelSoon = null;
    for (const stop of this.#stops.splice(0)) stop();
    await this.#send(true);
    this.#init.transport.unsubscribe(this.topic);
    const now = this.#init.clock.now();
    for (const { author } of this.#here.values()) this.#init.onLeft(author, now);
    this.#here.clear();
  }

  /** Records this person's status and how long ago they were last active. */
  doing(doing: string, idleMs: number): void {
    this.#activeAt = this.#init.clock.now() - idleMs;
    const text = clip(doing, MAX_DOING);
    if (text === this.#doing) return;
    this.#doing = text;
    this.#soon();
    this.#init.onChange();
  }

  /** This node's own person. */
  own(): Here {
    const { signer, nodeName, clock } = this.#init;
    const now = clock.now();
    return {
      author: signer.publicKey,
      node: clip(nodeName(), MAX_NODE_NAME),
      doing: this.#doing,
      idleMs: Math.max(0, now - this.#activeAt),
      since: this.#startedAt,
      heardAt: now,
    };
  }

  /** The others who are here, with their current idle time. */
  others(): Here[] {
    const now = this.#init.clock.now();
    return [...this.#here.values()].map((here) => ({ ...here, idleMs: here.idleMs + now - here.heardAt }));
  }

  isHere(author: Uint8Array): boolean {
    return this.#here.has(toHex(author));
  }

  /** Sends a beacon as soon as the least time since the last one has passed. */
  #soon(): void {
    if (!this.#running || this.#cancelSoon) return;
    const { clock } = this.#init;
    this.#cancelSoon = clock.after(Math.max(0, this.#sentAt + LEAST_GAP_MS - clock.now()), () => {
      this.#cancelSoon = null;
      if (this.#running) void this.#send(false);
    });
  }

  async #send(leaving: boolean): Promise<void> {
    const { community, transport, signer, clock, logger } = this.#init;
    this.#sentAt = clock.now();
    // If the clock is set back, this node's beacons must not look old.
    this.#lastStamp = Math.max(this.#lastStamp + 1, this.#sentAt);
    const { node, doing, idleMs, since } = this.own();
    const data = sealBeacon({ community, node, doing, idleMs, since, at: this.#lastStamp, leaving }, signer);
    try {
      await transport.publish(this.topic, data);
    } catch (error) {
      logger.debug('beacon-not-sent', { code: problemOf(error).code });
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
    const { community, verifier, signer } = this.#init;
    if (!equalBytes(beacon.community, community)) return 'reject';
    if (equalBytes(beacon.author, signer.publicKey) || !this.#isTimely(beacon)) return 'ignore';
    // The transaction that admits the author may not have arrived yet, so the sender is not penalised.
    if (!this.#isMember(beacon.author)) return 'ignore';
    const [genuine] = await verifier.verify([{ publicKey: beacon.author, message, signature }]);
    if (!genuine) return 'reject';
    // Another copy may have been accepted while the signature was checked.
    if (!this.#running || !this.#isTimely(beacon)) return 'ignore';
    this.#note(beacon);
    return 'accept';
  }

  #isMember(author: Uint8Array): boolean {
    return this.#init.authority.roleAt(author, ticksOf(this.#init.clock.now())) !== null;
  }

  /** Newer than all earlier beacons of its author, not too soon after the last, and recent. */
  #isTimely({ author, at, leaving }: Beacon): boolean {
    const now = this.#init.clock.now();
    const last = this.#heard.get(toHex(author));
    if (Math.abs(at - now) > MAX_SKEW_MS) return false;
    return !last || (at > last.at && (leaving || now - last.heardAt >= LEAST_HEARD_GAP_MS));
  }

  #note(beacon: Beacon): void {
    const { clock, onCame, onLeft, onChange } = this.#init;
    const { author, node, doing, idleMs, since, at, leaving } = beacon;
    const hex = toHex(author);
    const now = clock.now();
    this.#heard.delete(hex);
    this.#heard.set(hex, { at, heardAt: now });
    if (this.#heard.size > MAX_HEARD) this.#heard.delete(this.#heard.keys().next().value!);
    const before = this.#here.get(hex);
    if (leaving) {
      if (!this.#here.delete(hex)) return;
      onLeft(author, now);
      return onChange();
    }
    if (!before && this.#here.size >= MAX_HEARD) return;
    this.#here.set(hex, {
      author,
      node: clip(node, MAX_NODE_NAME),
      doing: clip(doing, MAX_DOING),
      idleMs,
      since: Math.min(since, now),
      heardAt: now,
    });
    if (!before) {
      onCame(author, clip(node, MAX_NODE_NAME));
      if (this.#here.size <= GREET_BELOW) this.#soon();
    }
    if (!before || before.doing !== doing || before.node !== node) onChange();
  }

  /** Removes those who fell silent and those who are no longer members. */
  #sweep(): void {
    const now = this.#init.clock.now();
    let changed = false;
    for (const [hex, { author, heardAt }] of this.#here) {
      if (now - heardAt < EXPIRE_MS && this.#isMember(author)) continue;
      this.#here.delete(hex);
      this.#init.onLeft(author, heardAt);
      changed = true;
    }
    for (const [hex, { at }] of this.#heard) {
      if (at < now - 2 * MAX_SKEW_MS) this.#heard.delete(hex);
    }
    if (changed) this.#init.onChange();
  }
}

/** Text for one line of the console: no control characters, limited length. */
function clip(text: string, length: number): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, ' ').slice(0, length);
}
