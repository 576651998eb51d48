import type { Notice } from '../../contract/notice.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Network } from '../federation/ports.ts';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { createLibp2pTransport, peerIdOf } from '../platform/libp2p/index.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { createPortMapper } from '../platform/port-mapping/index.ts';
import type { PortMapper } from '../federation/ports.ts';
import { watchInterfaces } from './interface-watch.ts';
import { ReplaceableNetwork, type NetworkPair } from './replaceable-network.ts';
import { version } from './version.ts';
import { problem } from './problems.ts';

export interface NodeNetworkInit {
  /** Runs the node without any network. */
  readonly offline: boolean;
  /** Seed of the key behind the node's peer id. */
  readonly peerSeed: Uint8Array;
  readonly settings: Settings['network'];
  readonly logger: Logger;
}

type NetworkNotice = Omit<Notice, 'since'>;

export interface NodeNetwork {
  readonly transport: Transport;
  readonly network: Network;
  /** A notice for the sysop about how the node listens now, or null. */
  notice(): NetworkNotice | null;
  /**
   * Runs with other settings from now on.
   * @returns whether all connections were closed for it.
   */
  apply(settings: Settings['network']): Promise<boolean>;
  /** Watches the machine's network from now on; calls back when it changed or the machine slept. */
  watch(onChange: () => void): void;
  stop(): Promise<void>;
}

/** Address ranges that count as public in a test network, in CIDR notation, separated by commas. */
const publicNetworks = () =>
  (process.env['IMPULSE_PUBLIC_NETWORKS'] ?? '').split(',').filter((text) => text !== '');

/** The network of a node, listening. Rejects with a Problem (`port-forbidden`, `listen-failed`, …). */
export async function openNetwork(init: NodeNetworkInit): Promise<NodeNetwork> {
  const signer = signerOf(init.peerSeed);
  if (init.offline) {
    return {
      ...withoutNetwork(signer),
      notice: () => null,
      apply: async () => false,
      watch() {},
      stop: async () => {},
    };
  }
  const ports = createPortMapper({ clock: systemClock, logger: init.logger });
  let settings = init.settings;
  let current = await listen(init, settings, ports);
  const replaceable = new ReplaceableNetwork(current.pair);
  let stopWatching = () => {};
  let applying: Promise<unknown> = Promise.resolve();

  const wantPorts = () =>
    ports.want(settings.portMapping && settings.listen === 'everywhere' ? portsOf(current.pair.network) : []);
  wantPorts();

  return {
    transport: replaceable.transport,
    network: replaceable.network,
    notice: () => current.notice,
    apply(next) {
      const done = applying.then(async () => {
        const before = settings;
        settings = next;
        const isReplaced = needsAnother(before, next);
        if (isReplaced) {
          replaceable.pause();
          await current.pair.transport.stop();
          current = await listen(init, next, ports, (pair) => replaceable.replace(pair));
          replaceable.resume();
        }
        wantPorts();
        return isReplaced;
      });
      applying = done.catch(() => {});
      return done;
    },
    watch(onChange) {
      stopWatching = watchInterfaces({
        clock: systemClock,
        onChange: () => {
          current.pair.network.interfacesChanged?.();
          onChange();
        },
        onWake: onChange,
      });
    },
    async stop() {
      stopWatching();
      await applying;
      await Promise.all([ports.stop(), current.pair.transport.stop()]);
    },
  };
}

/** A network that may have interfaces to watch. */
interface Pair extends NetworkPair {
  readonly network: Network & { interfacesChanged?(): void };
}

/** Listens as set; on another port if the set one is taken, with a notice that says so. */
async function listen(
  init: NodeNetworkInit,
  settings: Settings['network'],
  ports: PortMapper,
  beforeStart: (pair: Pair) => void = () => {},
): Promise<{ pair: Pair; notice: NetworkNotice | null }> {
  const { logger, peerSeed } = init;
  if (settings.listen === 'off') {
    const pair = withoutNetwork(signerOf(peerSeed), await peerIdOf(peerSeed));
    beforeStart(pair);
    await pair.transport.start();
    return { pair, notice: null };
  }
  const open = async (port: number, webSocketPort: number) => {
    const pair = await createLibp2pTransport({
      privateKey: peerSeed,
      signer: signerOf(peerSeed),
      listen: listenAddresses(settings, port, webSocketPort),
      agentVersion: `impulse/${version}`,
      localDiscovery: settings.localDiscovery,
      relayServer: settings.relay,
      maxConnections: settings.maxConnections,
      publicNetworks: publicNetworks(),
      ports,
      clock: systemClock,
      random: systemRandom,
      logger: {
        debug: (facts, message) => logger.debug(message, { ...facts }),
        warn: (facts, message) => logger.warn(message, { ...facts }),
      },
    });
    beforeStart(pair);
    await pair.transport.start();
    return pair;
  };
  try {
    return { pair: await open(settings.port, settings.webSocketPort), notice: null };
  } catch (error) {
    if (problemOf(error).code !== 'port-taken') throw error;
    logger.warn('port-taken', { port: settings.port });
    return { pair: await open(0, 0), notice: portTaken(settings.port) };
  }
}

/** TCP, WebSocket and, beyond this machine, QUIC on the same number as TCP; over IPv4 and IPv6. */
export function listenAddresses(
  { listen }: Pick<Settings['network'], 'listen'>,
  port: number,
  webSocketPort: number,
): string[] {
  const ways = (host: string) => [`${host}/tcp/${port}`, `${host}/tcp/${webSocketPort}/ws`];
  if (listen === 'loopback') return ways('/ip4/127.0.0.1');
  return ['/ip4/0.0.0.0', '/ip6/::'].flatMap((host) => [...ways(host), `${host}/udp/${port}/quic-v1`]);
}

/** Settings that require a new network; the others are read while it runs. */
function needsAnother(before: Settings['network'], next: Settings['network']): boolean {
  const made = ['listen', 'port', 'webSocketPort', 'localDiscovery', 'relay', 'maxConnections'] as const;
  return made.some((name) => before[name] !== next[name]);
}

/** The ports that a router should forward: those of TCP and QUIC. */
function portsOf(network: Network): { protocol: 'tcp' | 'udp'; port: number }[] {
  const parts = network.listening().flatMap((address) => network.read(address) ?? []);
  const tcp = parts.find(({ way }) => way === 'tcp');
  const quic = parts.find(({ way }) => way === 'quic');
  return [
    ...(tcp ? [{ protocol: 'tcp' as const, port: tcp.port }] : []),
    ...(quic ? [{ protocol: 'udp' as const, port: quic.port }] : []),
  ];
}

function portTaken(port: number): NetworkNotice {
  return {
    id: 'port-taken',
    severity: 'attention',
    action: 'go.settings',
    ...problem.fields('port-taken', { port }),
  };
}

/** The network of a node or a community that has none. */
export function withoutNetwork(signer: ReturnType<typeof signerOf>, peer = 'offline'): NetworkPair {
  const alone = createMemoryNetwork({ clock: systemClock });
  return { transport: alone.transport(peer), network: alone.view(peer, () => signer) };
}
