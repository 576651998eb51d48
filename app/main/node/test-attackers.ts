import { connect, type Socket } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { requestMembership, SharedNetwork, type InviteLink } from '../federation/index.ts';
import { concatBytes, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Signer } from '../kernel/signer.ts';
import { KNOWN_VERSION } from '../ledger/index.ts';
import type { Transport } from '../log/transport.ts';
import { encodeMessage, SYNC_PROTOCOL } from '../log/wire.ts';
import { createStranger, createTestNetwork } from '../platform/libp2p/test-network.ts';

/** The protocols on which a node answers channels of its communities. */
export const PROTOCOLS = [
  'sync',
  'ledger',
  'ledger-pool',
  'evidence',
  'snapshot',
  'nodes',
  'files',
  'judgements',
  'join',
].map((name) => `/impulse/${name}/1`);

/** Hostile peers on loopback, who know a community's id from an invite, and attack the node that issued it. */
export class Attackers {
  readonly #invite: InviteLink;
  readonly #network = createTestNetwork();
  readonly #cleanups: (() => unknown)[] = [];
  #closed = false;

  constructor(invite: InviteLink) {
    this.#invite = invite;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#cleanups.map((cleanup) => cleanup()));
    await this.#network.close();
  }

  get #address(): string {
    return this.#invite.addresses.find((address) => address.includes('/tcp/') && !address.includes('/ws'))!;
  }

  /** The peer id of the attacked node. */
  get victim(): string {
    return this.#address.split('/p2p/')[1]!;
  }

  /** A peer that claims to have the community and never answers what it is asked. */
  async peer(): Promise<Transport> {
    const { transport, network } = await this.#network.started();
    const { community } = this.#invite;
    const shared = new SharedNetwork({
      transport,
      network,
      clock: systemClock,
      logger: silentLogger,
      communities: () => [{ id: community, isNeeded: true }],
      wake: async () => {},
    });
    shared.start();
    this.#cleanups.push(() => shared.stop());
    const scope = shared.in(community).transport;
    for (const protocol of PROTOCOLS) scope.handle(protocol, () => new Promise(() => {}));
    return scope;
  }

  /** The same, connected; null if the victim refused. */
  async connected(): Promise<Transport | null> {
    const peer = await this.peer();
    try {
      await peer.dial(this.#address);
      return peer;
    } catch {
      return null;
    }
  }

  /** Idle connections from one address, which are made again whenever they are lost. */
  async idle(count: number): Promise<void> {
    const strangers = await Promise.all(Array.from({ length: count }, () => createStranger()));
    for (const stranger of strangers) {
      this.#cleanups.push(() => stranger.stop());
      const again = (): void => {
        if (this.#closed) return;
        stranger.dial(multiaddr(this.#address)).catch(() => void setTimeout(again, 1000).unref());
      };
      stranger.addEventListener('connection:close', () => void setTimeout(again, 1000).unref());
      again();
    }
  }

  /** Sockets on which the handshake never begins. */
  silentSockets(count: number): Socket[] {
    const port = Number(/\/tcp\/(\d+)/.exec(this.#address)![1]);
    return Array.from({ length: count }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {}).resume();
      this.#cleanups.push(() => socket.destroy());
      return socket;
    });
  }

  /** Opens channels of every protocol and sends nothing on them. */
  async silentChannels(peer: Transport, perProtocol: number): Promise<void> {
    for (const protocol of PROTOCOLS) {
      const opened = Array.from({ length: perProtocol }, () => peer.open(this.victim, protocol));
      await Promise.allSettled(opened);
    }
  }

  /** Attempts to join with a wrong secret. */
  async garbageJoins(peer: Transport, count: number, signer: Signer): Promise<void> {
    for (let n = 0; n < count; n++) {
      await this.join(peer, signer, 'garbage', { ...this.#invite, secret: new Uint8Array(32) }).catch(
        () => {},
      );
    }
  }

  join(peer: Transport, signer: Signer, handle: string, invite = this.#invite) {
    return requestMembership({
      transport: peer,
      clock: systemClock,
      invite,
      handle,
      signer,
      protocol: KNOWN_VERSION,
      nodeName: handle,
    });
  }

  /** Sends a message of 1 MiB in frames of one byte each; resolves to their number when the victim ended the connection. */
  async oneByteFrames(): Promise<number> {
    const stranger = await createStranger();
    this.#cleanups.push(() => stranger.stop());
    const stream = await stranger.dialProtocol(multiaddr(this.#address), SYNC_PROTOCOL);
    stream.send(Uint8Array.of(0, 16, 0, 0));
    let sent = 0;
    return new Promise((resolve) => {
      const more = (): void => {
        for (let n = 0; n < 100 && stream.status === 'open'; n++, sent++) stream.send(Uint8Array.of(0));
        if (stranger.getConnections().length === 0) resolve(sent);
        else setImmediate(more);
      };
      more();
    });
  }

  /** Introduces a peer as a node of a member, with the member's signature. */
  async introduce(peer: Transport, signer: Signer): Promise<void> {
    const { community } = this.#invite;
    const transcript = encodeCanonical([community, peer.self, this.victim, 0]);
    const channel = await peer.open(this.victim, SYNC_PROTOCOL);
    await channel.send(
      encodeMessage([
        'hello',
        community,
        signer.publicKey,
        peer.self.slice(-8),
        signer.sign(concatBytes(utf8('impulse/hello/1\0'), transcript)),
        [`/ip4/198.51.100.7/tcp/4001/p2p/${peer.self}`],
        [0, 0],
        { versions: [1, 1], kinds: [] },
      ]),
    );
    await channel.receive().next();
  }
}
