import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { identify, identifyPush } from '@libp2p/identify';
import type { ConnectionGater, ConnectionProtector, Libp2p, PeerInfo } from '@libp2p/interface';
import { mdns } from '@libp2p/mdns';
import { noise } from '@libp2p/noise';
import { ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import { webSockets } from '@libp2p/websockets';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2pOptions } from 'libp2p';
import type { Clock } from '../../kernel/clock.ts';
import { isLoopbackOnly } from './addresses.ts';
import type { Gossip } from './gossip.ts';
import {
  ADDRESS_DIAL_DEADLINE_MS,
  DIAL_DEADLINE_MS,
  MAX_PENDING_CONNECTIONS,
  MAX_STREAM_WINDOW_BYTES,
  RELAYED_BYTES,
  RELAYED_MS,
  UPGRADE_DEADLINE_MS,
} from './limits.ts';
import { coalescingYamux } from './muxer.ts';
import type { RelayPlaces } from './relay-places.ts';
import type { Scopes } from './scopes.ts';
import type { OnConnection } from './udp/flow-upgrader.ts';
import type { QuicFactory } from './udp/quic-library.ts';
import { sharedQuic } from './udp/shared-quic.ts';
import type { SharedSocket } from './udp/shared-socket.ts';

/** The peer id of a 32-byte Ed25519 seed. */
export async function peerIdOf(seed: Uint8Array): Promise<string> {
  return (await generateKeyPairFromSeed('Ed25519', seed)).publicKey.toString();
}

/** The network settings of a node. */
export interface NetworkOptions {
  /** The node's Ed25519 seed, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** Multiaddrs to listen at; port 0 lets the system choose. */
  readonly listen: readonly string[];
  /** Name and version that peers see. */
  readonly agentVersion: string;
  /** Find and connect nodes on the local network (mDNS). */
  readonly localDiscovery: boolean;
  /** Relay for members' nodes that cannot be dialled. */
  readonly relayServer: boolean;
  readonly maxConnections: number;
}

interface Topology {
  onConnect?(peer: unknown, connection: unknown): void | Promise<void>;
}

/** The internals of libp2p that the transport needs. */
export interface Inside {
  readonly transportManager: {
    getAddrs(): { toString(): string }[];
    listen(addresses: Multiaddr[]): Promise<void>;
  };
  readonly registrar: { getTopologies(protocol: string): Topology[] };
}

export interface Built {
  readonly node: Libp2p;
  readonly inside: Inside;
}

/** Builds the libp2p node without starting it. */
export async function buildNode(
  options: NetworkOptions,
  parts: {
    clock: Clock;
    gossip: Gossip;
    gate: ConnectionGater;
    meter: ConnectionProtector;
    scopes: Scopes;
    places: RelayPlaces;
    /** The UDP port and the callback for its connections; null for a node without UDP. */
    udp: {
      readonly socket: SharedSocket;
      readonly quic: QuicFactory;
      readonly onConnection: OnConnection;
    } | null;
    /** The announced addresses, given those that libp2p knows. */
    told: (known: Multiaddr[]) => Multiaddr[];
    /** Called for each node found on the local network. */
    onFound: (found: PeerInfo) => void;
  },
): Promise<Built> {
  // A node on loopback (a test, a demonstration) does not contact routers or the local network.
  const confined = isLoopbackOnly(options.listen, parts.scopes);
  let inside: Inside | undefined;
  const services: Libp2pOptions['services'] = {
    inside: (components) => {
      inside = components;
      return {};
    },
    identify: identify({ maxMessageSize: 16 * 1024 }),
    identifyPush: identifyPush(),
    ping: ping({ maxInboundStreams: 4, maxOutboundStreams: 4 }),
    gossip: parts.gossip.service,
    ...(options.relayServer
      ? {
          relay: circuitRelayServer({
            reservations: {
              maxReservations: Math.max(8, Math.floor(options.maxConnections / 4)),
              defaultDataLimit: RELAYED_BYTES,
              defaultDurationLimit: RELAYED_MS,
            },
            maxInboundHopStreams: 64,
            maxOutboundHopStreams: 64,
            maxOutboundStopStreams: 64,
          }),
        }
      : {}),
  };
  const node = await createLibp2p({
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', options.privateKey),
    nodeInfo: { userAgent: options.agentVersion },
    addresses: { listen: [...options.listen], announceFilter: parts.told },
    transports: [
      tcp({
        maxConnections: options.maxConnections + MAX_PENDING_CONNECTIONS,
        backlog: 64,
        dialOpts: { noDelay: true },
        listenOpts: { noDelay: true },
      }),
      webSockets(),
      ...(parts.udp === null ? [] : [sharedQuic(parts.udp.socket, parts.udp)]),
      parts.places.transport,
    ],
    connectionEncrypters: [noise()],
    connectionProtector: () => parts.meter,
    streamMuxers: [
      coalescingYamux(
        {
          maxInboundStreams: 256,
          maxOutboundStreams: 256,
          maxEarlyStreams: 16,
          streamOptions: {
            maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES,
            // A paused stream still receives the rest of its window, so the buffer must hold one window and a
            // frame.
            maxReadBufferLength: MAX_STREAM_WINDOW_BYTES * 2,
          },
        },
        parts.clock,
      ),
    ],
    connectionGater: parts.gate,
    connectionManager: {
      // The gate decides, which knows who is a member; this is beyond what it admits.
      maxConnections: 2 * options.maxConnections + MAX_PENDING_CONNECTIONS,
      maxParallelDials: 16,
      maxDialQueueLength: 200,
      maxPeerAddrsToDial: 12,
      dialTimeout: DIAL_DEADLINE_MS,
      addressDialTimeout: ADDRESS_DIAL_DEADLINE_MS,
      inboundUpgradeTimeout: UPGRADE_DEADLINE_MS,
      maxIncomingPendingConnections: 2 * MAX_PENDING_CONNECTIONS,
      // All nodes of one machine share one address, so on loopback it does not indicate a flood.
      inboundConnectionThreshold: confined ? 1000 : 8,
    },
    // This adapter measures latency and detects dead connections itself.
    connectionMonitor: { enabled: false },
    ...(options.localDiscovery && !confined
      ? {
          peerDiscovery: [
            (components) => {
              const discovery = mdns({ serviceTag: '_impulse-console._udp.local', interval: 20_000 })(
                components,
              );
              discovery.addEventListener('peer', ({ detail }) => parts.onFound(detail));
              return discovery;
            },
          ],
        }
      : {}),
    services,
  });
  if (inside === undefined) throw new Error('libp2p made no services.');
  return { node, inside };
}
