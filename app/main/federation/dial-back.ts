import { encodeCanonical } from '../kernel/canonical.ts';
import { every, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { answer, converse } from './conversation.ts';
import {
  DIAL_BACK_PROTOCOL,
  DialBackAnswer,
  DialBackRequest,
  MAX_TESTED,
  type DialBackOutcome,
} from './dial-back-wire.ts';
import type { AddressState } from './own-addresses.ts';
import type { Network } from './ports.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import { decodeMessage } from './wire.ts';

/** [D2] Time limits of one dial-back and of a whole request. */
const DIAL_MS = 5000;
const REQUEST_MS = 12_000;
/** [D3] How many members’ outcomes count for one address; the latest do. */
const MAX_TESTERS = 3;
/** [D3] When an outcome is asked for again, and when it no longer counts. */
const RETEST_MS = 15 * 60_000;
const STALE_MS = 2 * RETEST_MS;
const LOOK_MS = 30_000;
/** [D2] How long a peer that gave no outcome is not asked again. */
const LEFT_ALONE_MS = 60_000;
/** [D2] Dial-backs per minute for one member and for all, and dial-backs at a time for one member and for all. */
const PER_MEMBER = 12;
const IN_ALL = 60;
const AT_A_TIME_OF_MEMBER = 4;
const AT_A_TIME = 8;
const MINUTE_MS = 60_000;

export interface DialBackInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a connected peer proved its membership. */
  readonly isMember: (peer: string) => boolean;
  /** The member that owns a peer, as text, or null if unknown. */
  readonly memberOf: (peer: string) => string | null;
}

interface Outcome {
  readonly reached: boolean;
  readonly at: number;
}

/** Asks members to dial the addresses of this node, and dials theirs on request. The rules are in SPEC.md. */
export class DialBack {
  readonly #init: DialBackInit;
  /** Outcomes by address and by the member whose node tried. */
  readonly #outcomes = new Map<string, Map<string, Outcome>>();
  readonly #asking = new Set<string>();
  /** When each address was last asked for, so that addresses a tester refuses do not block the others. */
  readonly #askedAt = new Map<string, number>();
  /** Until when a peer is not asked again. */
  readonly #leftAlone = new Map<string, number>();
  /** Earlier outcomes still count, but are asked for again. */
  #dueFrom = Number.NEGATIVE_INFINITY;
  readonly #listeners = new Set<() => void>();
  readonly #perMember: FixedWindows;
  readonly #inAll: FixedWindows;
  #addresses: readonly string[] = [];
  /** The members, once for each address of theirs that is being dialled. */
  #dialling: string[] = [];
  #running = false;
  #stopLooking = () => {};

  constructor(init: DialBackInit) {
    this.#init = init;
    this.#perMember = new FixedWindows(init.clock, PER_MEMBER, MINUTE_MS);
    this.#inAll = new FixedWindows(init.clock, IN_ALL, MINUTE_MS);
  }

  start(): void {
    this.#running = true;
    this.#init.transport.handle(DIAL_BACK_PROTOCOL, (channel) => this.#answer(channel));
    this.#stopLooking = every(this.#init.clock, LOOK_MS, () => this.look());
  }

  stop(): void {
    this.#running = false;
    this.#stopLooking();
  }

  /** Sets the addresses to test. */
  watch(addresses: readonly string[]): void {
    this.#addresses = addresses;
    for (const address of this.#outcomes.keys()) {
      if (!addresses.includes(address)) this.#outcomes.delete(address);
    }
    for (const address of this.#askedAt.keys()) {
      if (!addresses.includes(address)) this.#askedAt.delete(address);
    }
    this.look();
  }

  /** Tests again after a network change or on request. Earlier outcomes count until new ones arrive. */
  again(): void {
    this.#dueFrom = this.#init.clock.now();
    this.#leftAlone.clear();
    this.look();
  }

  /** [D3] The majority of the latest outcomes; half is enough. */
  stateOf(address: string): AddressState {
    const outcomes = this.#latest(address);
    if (outcomes.length === 0) return 'untested';
    const reached = outcomes.filter((outcome) => outcome.reached).length;
    return reached * 2 >= outcomes.length ? 'reached' : 'unreachable';
  }

  /** When any address was last tested, or null. */
  testedAt(): number | null {
    const times = this.#addresses.flatMap((address) => this.#latest(address).map(({ at }) => at));
    return times.length === 0 ? null : Math.max(...times);
  }

  /** Calls back when an outcome arrives; returns a function that unsubscribes. */
  onOutcome(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a connected member can test this node from outside. */
  hasTester(): boolean {
    return this.#testers().length > 0;
  }

  /** Asks the members that can test and whose outcome is still wanted. */
  look(): void {
    if (!this.#running || this.#addresses.length === 0) return;
    for (const peer of this.#testers()) {
      const due = this.#addresses
        .filter((address) => this.#isDue(address, peer))
        .toSorted((a, b) => (this.#askedAt.get(a) ?? 0) - (this.#askedAt.get(b) ?? 0))
        .slice(0, MAX_TESTED);
      if (due.length > 0 && !this.#asking.has(peer)) void this.#ask(peer, due);
    }
  }

  /**
   * [D2] Only members outside this network, on a direct connection, can test whether this node is reachable
   * from the internet.
   */
  #testers(): string[] {
    const { transport, network, isMember } = this.#init;
    return transport
      .peers()
      .filter(
        ({ peer, via, address }) =>
          via === 'direct' && network.read(address)?.scope === 'internet' && isMember(peer),
      )
      .map(({ peer }) => peer);
  }

  #isDue(address: string, peer: string): boolean {
    const now = this.#init.clock.now();
    if ((this.#leftAlone.get(peer) ?? 0) > now) return false;
    const isFresh = ({ at }: Outcome) => at >= this.#dueFrom && at + RETEST_MS > now;
    const own = this.#outcomes.get(address)?.get(this.#init.memberOf(peer) ?? peer);
    if (own !== undefined) return !isFresh(own);
    return this.#latest(address).filter(isFresh).length < MAX_TESTERS;
  }

  #latest(address: string): Outcome[] {
    const oldest = this.#init.clock.now() - STALE_MS;
    return [...(this.#outcomes.get(address)?.values() ?? [])]
      .filter(({ at }) => at >= oldest)
      .toSorted((a, b) => b.at - a.at)
      .slice(0, MAX_TESTERS);
  }

  async #ask(peer: string, addresses: readonly string[]): Promise<void> {
    const { logger, clock } = this.#init;
    this.#asking.add(peer);
    this.#leftAlone.set(peer, clock.now() + LEFT_ALONE_MS);
    for (const address of addresses) this.#askedAt.set(address, clock.now());
    try {
      const [, outcomes] = await converse(
        this.#init,
        peer,
        DIAL_BACK_PROTOCOL,
        REQUEST_MS,
        async ({ channel, next }) => {
          await channel.send(encodeCanonical(['dial', addresses]));
          return decodeMessage(DialBackAnswer, await next());
        },
      );
      if (this.#note(peer, addresses, outcomes)) for (const listener of this.#listeners) listener();
    } catch (error) {
      logger.debug('dial-back-not-answered', { peer, code: problemOf(error).code });
    } finally {
      this.#asking.delete(peer);
    }
  }

  /** Stores conclusive outcomes; returns whether there were any. */
  #note(peer: string, addresses: readonly string[], outcomes: readonly DialBackOutcome[]): boolean {
    const at = this.#init.clock.now();
    let isNews = false;
    for (const [index, address] of addresses.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome === 'refused' || !this.#addresses.includes(address)) continue;
      const known = [...(this.#outcomes.get(address) ?? [])].filter(([, one]) => one.at + STALE_MS > at);
      const tester = this.#init.memberOf(peer) ?? peer;
      this.#outcomes.set(address, new Map([...known, [tester, { reached: outcome === 'reached', at }]]));
      isNews = true;
    }
    if (isNews) this.#leftAlone.delete(peer);
    return isNews;
  }

  async #answer(channel: Channel): Promise<void> {
    const { peer } = channel;
    if (!this.#running || !this.#init.isMember(peer)) return channel.abort(new Error('not for this peer'));
    await answer(this.#init.clock, channel, REQUEST_MS, async ({ next }) => {
      const [, addresses] = decodeMessage(DialBackRequest, await next());
      const outcomes = await Promise.all(addresses.map((address) => this.#dial(peer, address)));
      await channel.send(encodeCanonical(['dialled', outcomes]));
    });
  }

  /** [D2] Dials an address of a member, unless it leads into a private network or exceeds the limits. */
  async #dial(peer: string, address: string): Promise<DialBackOutcome> {
    const { network, clock } = this.#init;
    const parts = network.read(address);
    if (parts === null || parts.relay !== null || parts.scope !== 'internet') return 'refused';
    if (parts.peer !== null && parts.peer !== peer) return 'refused';
    const member = this.#init.memberOf(peer) ?? peer;
    const own = this.#dialling.filter((other) => other === member).length;
    if (own >= AT_A_TIME_OF_MEMBER || this.#dialling.length >= AT_A_TIME) return 'refused';
    if (!this.#perMember.take(member) || !this.#inAll.take('')) return 'refused';
    this.#dialling.push(member);
    const deadline = new AbortController();
    const cancel = clock.after(DIAL_MS, () => deadline.abort());
    try {
      const targets = parts.isName ? await network.resolve(address, deadline.signal) : [address];
      if (!targets.every((one) => network.read(one)?.scope === 'internet' && !this.#isOurs(one)))
        return 'refused';
      // In parallel: an address that drops packets would use up the time limit.
      const dials = targets.map((target) => network.dialBack(peer, target, deadline.signal));
      return (await Promise.all(dials)).some(Boolean) ? 'reached' : 'failed';
    } catch {
      return 'failed';
    } finally {
      cancel();
      this.#dialling.splice(this.#dialling.indexOf(member), 1);
    }
  }

  /** A node behind the same router as the asker cannot test reachability from outside. */
  #isOurs(address: string): boolean {
    const { network } = this.#init;
    const host = network.read(address)?.host;
    const own = [...network.observed(), ...network.listening().map((one) => network.read(one)?.host)];
    return host !== undefined && (own.includes(host) || network.isNeighbour(host));
  }
}
