import type { Connection, Libp2p, PeerId } from '@libp2p/interface';
import { every, type Clock } from '../../kernel/clock.ts';
import type { PeerChange, PeerLink } from '../../log/transport.ts';
import { hostOf, isRelayed } from './addresses.ts';
import { PING_DEADLINE_MS, PING_PERIOD_MS } from './limits.ts';
import type { Meter, Traffic } from './meter.ts';
import type { Scopes } from './scopes.ts';

interface Link {
  readonly peerId: PeerId;
  readonly connectedAt: number;
  readonly version: string | null;
  latencyMs: number | null;
  /** The traffic of all connections of this link, including closed ones, so the sum never decreases. */
  readonly traffic: Set<Traffic>;
}

const PING_PROTOCOL = '/ipfs/ping/1.0.0';
const PING_BYTES = 32;
/** The protocol on which a peer asks a relay for a connection, and that then carries it. */
const RELAY_PROTOCOL = '/libp2p/circuit/relay/0.2.0/hop';

/** The connected peers that introduced themselves, with latency, traffic and path. */
export class Links {
  readonly #links = new Map<string, Link>();
  readonly #listeners = new Set<(change: PeerChange) => void>();
  readonly #discovered = new Set<string>();
  readonly #node: Libp2p;
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #scopes: Scopes;
  readonly #score: (peer: string) => number;
  #stop = () => {};

  constructor(node: Libp2p, clock: Clock, meter: Meter, scopes: Scopes, score: (peer: string) => number) {
    this.#node = node;
    this.#scopes = scopes;
    this.#clock = clock;
    this.#meter = meter;
    this.#score = score;
    node.addEventListener('peer:identify', ({ detail }) =>
      this.#arrived(detail.peerId, detail.agentVersion ?? null),
    );
    node.addEventListener('peer:disconnect', ({ detail }) => this.#lost(detail.toString()));
    node.addEventListener('connection:open', ({ detail }) => {
      this.#links.get(detail.remotePeer.toString())?.traffic.add(this.#meter.of(detail));
    });
  }

  start(): void {
    this.#stop = every(this.#clock, PING_PERIOD_MS, () => this.check(PING_DEADLINE_MS));
  }

  stop(): void {
    this.#stop();
    for (const peer of this.#links.keys()) this.#lost(peer);
  }

  onChange(listener: (change: PeerChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Marks a peer as found on the local network. */
  found(peer: string): void {
    this.#discovered.add(peer);
    if (this.#discovered.size > 1024) {
      const oldest = this.#discovered.values().next();
      if (!oldest.done) this.#discovered.delete(oldest.value);
    }
  }

  has(peer: string): boolean {
    return this.#links.has(peer);
  }

  /** Whether this node relays a connection of the peer, which dialled somebody through it. */
  isRelayedFor(peer: string): boolean {
    return this.connections(peer).some(({ streams }) =>
      streams.some(({ protocol }) => protocol === RELAY_PROTOCOL),
    );
  }

  /** The peer's open connections, the best first: direct before relayed, older before newer. */
  connections(peer: string): Connection[] {
    const link = this.#links.get(peer);
    if (link === undefined) return [];
    return this.#node
      .getConnections(link.peerId)
      .filter(({ status }) => status === 'open')
      .toSorted((a, b) => Number(isRelayed(a.remoteAddr)) - Number(isRelayed(b.remoteAddr)));
  }

  list(): PeerLink[] {
    return [...this.#links].flatMap(([peer, link]) => {
      const connection = this.connections(peer)[0];
      if (connection === undefined) return [];
      let sentBytes = 0;
      let receivedBytes = 0;
      for (const traffic of link.traffic) {
        sentBytes += traffic.sentBytes;
        receivedBytes += traffic.receivedBytes;
      }
      return [
        {
          peer,
          address: connection.remoteAddr.toString(),
          direction: connection.direction,
          via: this.#via(peer, connection),
          connectedAt: link.connectedAt,
          latencyMs: link.latencyMs,
          score: this.#score(peer),
          sentBytes,
          receivedBytes,
          version: link.version,
        },
      ];
    });
  }

  /** Whether the peer introduces itself before it disconnects or the deadline passes. */
  introduced(peer: string, deadlineMs: number): Promise<boolean> {
    if (this.#links.has(peer)) return Promise.resolve(true);
    if (!this.#node.getPeers().some((id) => id.toString() === peer)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (known: boolean) => {
        cancel();
        unlisten();
        this.#node.removeEventListener('peer:disconnect', onGone);
        resolve(known);
      };
      const onGone = ({ detail }: CustomEvent<PeerId>) => {
        if (detail.toString() === peer) settle(false);
      };
      const cancel = this.#clock.after(deadlineMs, () => settle(false));
      const unlisten = this.onChange((change) => {
        if (change.peer === peer) settle(change.kind === 'connected');
      });
      this.#node.addEventListener('peer:disconnect', onGone);
    });
  }

  /** Measures every connection; drops those that do not answer within the deadline. */
  async check(deadlineMs: number): Promise<void> {
    await Promise.all(
      [...this.#links].flatMap(([peer, link]) =>
        this.connections(peer).map(async (connection, index) => {
          const latencyMs = await this.#ping(connection, deadlineMs);
          if (latencyMs === null) connection.abort(new Error('No answer to a ping.'));
          else if (index === 0) link.latencyMs = latencyMs;
        }),
      ),
    );
  }

  #arrived(peerId: PeerId, version: string | null): void {
    const peer = peerId.toString();
    const open = this.#node.getConnections(peerId);
    if (this.#links.has(peer) || open.length === 0) return;
    const traffic = new Set(open.map((connection) => this.#meter.of(connection)));
    const link: Link = { peerId, connectedAt: this.#clock.now(), version, latencyMs: null, traffic };
    this.#links.set(peer, link);
    this.#tell({ kind: 'connected', peer });
    const connection = this.connections(peer)[0];
    if (connection === undefined) return;
    void this.#ping(connection, PING_DEADLINE_MS).then((latencyMs) => (link.latencyMs ??= latencyMs));
  }

  #lost(peer: string): void {
    if (this.#links.delete(peer)) this.#tell({ kind: 'lost', peer });
  }

  #tell(change: PeerChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #via(peer: string, { remoteAddr, limits }: Connection): PeerLink['via'] {
    if (limits !== undefined || isRelayed(remoteAddr)) return 'relay';
    const host = hostOf(remoteAddr);
    return this.#discovered.has(peer) && host !== null && this.#scopes.isShared(host) ? 'local' : 'direct';
  }

  /** The round-trip time over this connection in milliseconds, or null without an answer in time. */
  async #ping(connection: Connection, deadlineMs: number): Promise<number | null> {
    const deadline = new AbortController();
    const cancel = this.#clock.after(deadlineMs, () => deadline.abort());
    try {
      const stream = await connection.newStream(PING_PROTOCOL, {
        signal: deadline.signal,
        runOnLimitedConnection: true,
      });
      const startedAt = performance.now();
      const answer = new Promise<void>((resolve, reject) => {
        let received = 0;
        stream.addEventListener('message', ({ data }) => {
          received += data.byteLength;
          if (received >= PING_BYTES) resolve();
        });
        stream.addEventListener('close', () => reject(new Error('closed')));
        deadline.signal.addEventListener('abort', () => reject(new Error('late')));
        stream.send(new Uint8Array(PING_BYTES));
      });
      await answer;
      const latencyMs = performance.now() - startedAt;
      await stream.close({ signal: deadline.signal });
      return Math.round(latencyMs * 100) / 100;
    } catch (error) {
      // An answer that the protocol is unknown is an answer: the peer is alive.
      return error instanceof Error && error.name === 'UnsupportedProtocolError' ? 0 : null;
    } finally {
      cancel();
    }
  }
}
