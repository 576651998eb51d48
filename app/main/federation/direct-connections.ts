import * as z from 'zod';
import { encodeCanonical } from '../kernel/canonical.ts';
import { every, type Clock, type Random } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { answer, converse } from './conversation.ts';
import type { NodeBook } from './node-book.ts';
import type { AddressParts, Endpoint, Network } from './ports.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import { UdpView, type Translation } from './udp-view.ts';
import { decodeMessage, sized } from './wire.ts';

/** [W4] The protocol by which two members coordinate hole punching. */
const PUNCH_PROTOCOL = '/impulse/punch/1';
/** [W4] The most endpoints that one side sends. */
const MAX_ENDPOINTS = 8;
/** [W4] How long one attempt may take, coordination included. */
const TRY_MS = 12_000;
const OBSERVE_MS = 2000;
/** [W5] Waits after failed attempts; the last one is repeated. */
const WAITS_MS = [15_000, 60_000, 300_000, 1_800_000];
const LOOK_MS = 5000;
/** [W4] Attempts that one peer may start per minute. */
const PER_PEER = 6;
const MINUTE_MS = 60_000;
/** [W3] How often this node asks for its external endpoints. */
const OBSERVE_AGAIN_MS = 60_000;

const Wire = z.tuple([
  z.literal('punch'),
  sized(16),
  z.enum(['none', 'endpoint-independent', 'endpoint-dependent', 'unknown']),
  z.array(z.tuple([z.string().min(2).max(45), z.int().min(1).max(65_535)])).max(MAX_ENDPOINTS),
]);

export interface DirectConnectionsInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly book: NodeBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly isMember: (peer: string) => boolean;
  /** The setting "direct connections through routers". */
  readonly allowed: () => boolean;
}

/** [W3] Turns connections through a relay into direct ones where the routers of both sides allow it. */
export class DirectConnections {
  readonly #init: DirectConnectionsInit;
  readonly #view: UdpView;
  /** Consecutive failures of each host to answer. */
  readonly #silences = new Map<string, number>();
  readonly #tries = new Map<string, { failures: number; notBefore: number }>();
  readonly #perPeer: FixedWindows;
  #observedAt = Number.NEGATIVE_INFINITY;
  #trying = false;
  #stops: (() => void)[] = [];

  constructor(init: DirectConnectionsInit) {
    this.#init = init;
    this.#view = new UdpView(init.clock);
    this.#perPeer = new FixedWindows(init.clock, PER_PEER, MINUTE_MS);
  }

  start(): void {
    const { transport, clock } = this.#init;
    transport.handle(PUNCH_PROTOCOL, (channel) => this.#answer(channel));
    this.#stops = [every(clock, LOOK_MS, () => this.#look())];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Called when a peer proved its membership; tries a direct connection if the peer is relayed. */
  soon(): void {
    void this.#look();
  }

  /** Called when the network changed; earlier failures are forgotten. */
  again(): void {
    this.#tries.clear();
    this.#silences.clear();
    this.#view.forget();
    this.#observedAt = Number.NEGATIVE_INFINITY;
    void this.#look();
  }

  /** How this node’s router maps outgoing UDP. */
  translation(): Translation {
    return this.#view.translation((endpoint) => this.#isOwn(endpoint));
  }

  /** The external endpoints of this node’s UDP socket, the latest first. */
  endpoints(): Endpoint[] {
    return this.#view.endpoints();
  }

  async #look(): Promise<void> {
    const { transport, network, clock, allowed } = this.#init;
    if (this.#stops.length === 0 || network.udpPort() === null || !allowed()) return;
    const now = clock.now();
    if (now >= this.#observedAt + OBSERVE_AGAIN_MS && this.#mirrors().length > 0) {
      this.#observedAt = now;
      await this.#observe();
    }
    if (this.#trying) return;
    const next = transport.peers().find(
      ({ peer, via }) =>
        via === 'relay' &&
        // One side starts, since two attempts at once would disturb each other.
        transport.self < peer &&
        this.#init.isMember(peer) &&
        (this.#tries.get(peer)?.notBefore ?? 0) <= now,
    );
    if (next === undefined) return;
    this.#trying = true;
    try {
      await this.#try(next.peer);
    } finally {
      this.#trying = false;
    }
  }

  async #try(peer: string): Promise<void> {
    const { clock, random, logger } = this.#init;
    let connected = false;
    try {
      await this.#observe();
      connected = await converse(
        this.#init,
        peer,
        PUNCH_PROTOCOL,
        TRY_MS,
        async ({ channel, next, signal }) => {
          const token = random.bytes(16);
          await channel.send(this.#offer(token));
          const [, , theirs, endpoints] = decodeMessage(Wire, await next());
          return this.#punch(peer, token, theirs, endpoints, true, signal);
        },
      );
    } catch (error) {
      logger.debug('punch-failed', { peer, code: problemOf(error).code });
    }
    const failures = connected ? 0 : (this.#tries.get(peer)?.failures ?? 0) + 1;
    const waitMs = WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? WAITS_MS[0]!;
    this.#tries.set(peer, { failures, notBefore: clock.now() + waitMs });
    logger.info(connected ? 'connected-directly' : 'not-connected-directly', {
      peer,
      translation: this.translation(),
    });
  }

  async #answer(channel: Channel): Promise<void> {
    const { network, clock, isMember, allowed } = this.#init;
    const { peer } = channel;
    if (network.udpPort() === null || !allowed() || !isMember(peer) || !this.#perPeer.take(peer)) {
      return channel.abort(new Error('not now'));
    }
    await answer(clock, channel, TRY_MS, async ({ next, signal }) => {
      const [, token, theirs, endpoints] = decodeMessage(Wire, await next());
      await this.#observe();
      await channel.send(this.#offer(token));
      await this.#punch(peer, token, theirs, endpoints, false, signal);
    });
  }

  /**
   * [W4] Hole punching fails between two routers with endpoint-dependent mapping; every other pair is tried.
   */
  async #punch(
    peer: string,
    token: Uint8Array,
    theirs: Translation,
    told: readonly (readonly [string, number])[],
    dials: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (theirs === 'endpoint-dependent' && this.translation() === 'endpoint-dependent') return false;
    const endpoints = told.map(([host, port]) => ({ host, port })).filter((one) => this.#mayPunch(one));
    if (endpoints.length === 0) return false;
    return this.#init.network.punch(peer, endpoints, token, dials, signal);
  }

  #mayPunch({ host, port }: Endpoint): boolean {
    const parts = this.#readHost(host, port);
    return (
      parts?.scope === 'internet' || (parts?.scope === 'network' && this.#init.network.isNeighbour(host))
    );
  }

  #readHost(host: string, port: number): AddressParts | null {
    return this.#init.network.read(`/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/udp/${port}/quic-v1`);
  }

  #offer(token: Uint8Array): Uint8Array {
    const { network } = this.#init;
    const own = network
      .listening()
      .flatMap((address) => network.read(address) ?? [])
      .filter(({ way, scope }) => way === 'quic' && scope !== 'machine');
    const mapped = network.ports().mapped.filter(({ protocol }) => protocol === 'udp');
    const endpoints = [
      ...this.#view.endpoints(),
      ...mapped.map(({ externalHost, externalPort }) => ({ host: externalHost, port: externalPort })),
      ...own,
    ].slice(0, MAX_ENDPOINTS);
    return encodeCanonical([
      'punch',
      token,
      this.translation(),
      endpoints.map(({ host, port }) => [host, port]),
    ]);
  }

  /**
   * [W3] Asks two members outside for the endpoint of this node’s socket; a member that does not answer is
   * replaced next time.
   */
  async #observe(): Promise<void> {
    const { network, clock } = this.#init;
    const deadline = new AbortController();
    const cancel = clock.after(OBSERVE_MS, () => deadline.abort());
    await Promise.all(
      this.#mirrors()
        .toSorted((a, b) => (this.#silences.get(a.host) ?? 0) - (this.#silences.get(b.host) ?? 0))
        .slice(0, 2)
        .map(async (mirror) => {
          const seen = await network.observe(mirror, deadline.signal);
          if (seen === null) this.#silences.set(mirror.host, (this.#silences.get(mirror.host) ?? 0) + 1);
          else this.#silences.delete(mirror.host);
          if (seen !== null) this.#view.note(mirror.host, seen);
        }),
    );
    cancel();
  }

  /** UDP endpoints of directly connected members, one for each host. */
  #mirrors(): Endpoint[] {
    const { transport, network, book } = this.#init;
    const byHost = new Map<string, Endpoint>();
    for (const { peer, via } of transport.peers()) {
      if (via !== 'direct') continue;
      for (const address of book.get(peer)?.addresses ?? []) {
        const parts = network.read(address);
        if (parts?.way === 'quic' && parts.relay === null && !parts.isName && parts.scope === 'internet')
          byHost.set(parts.host, { host: parts.host, port: parts.port });
      }
    }
    return [...byHost.values()];
  }

  #isOwn({ host, port }: Endpoint): boolean {
    const { network } = this.#init;
    return network.listening().some((address) => {
      const parts = network.read(address);
      return parts?.host === host && parts.port === port;
    });
  }
}
