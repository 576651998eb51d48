import { availableParallelism, homedir } from 'node:os';
import { createRouterClient } from '@orpc/server';
import {
  clientOf,
  type Client,
  type CommunityCard,
  type NodeStatus,
  type Settings,
} from '../../contract/index.ts';
import { SharedNetwork, type Network } from '../federation/index.ts';
import type { ServedNode } from '../host/serve.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { problemOf } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { blsSignerOf, blst } from '../platform/bls/blst.ts';
import { pooledVerifier } from '../platform/crypto/ed25519.ts';
import { peerIdOf } from '../platform/libp2p/index.ts';
import { createCoturn, findTurnserver } from '../platform/coturn/index.ts';
import { createRecorder, findFfmpeg } from '../platform/ffmpeg/index.ts';
import { createSfu, findWorker } from '../platform/mediasoup/index.ts';
import { createBotMedia } from '../platform/rtp/index.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { Communities } from './communities/communities.ts';
import { openFolder, type SharedPorts } from './communities/open.ts';
import { defaultDataPath, openDataDirectory, type DataDirectory } from './data-directory.ts';
import { ClassifierPool } from './classifier-pool.ts';
import { guardedClock } from './degraded-mode.ts';
import { KeyRing, type Unlock } from './keys.ts';
import { lockDataDirectory } from './lock.ts';
import { modelsFolder } from './models-folder.ts';
import { mediaAddresses, relayOptions } from './media-addresses.ts';
import { moveOlder } from './move-older.ts';
import { openNetwork } from './network.ts';
import type { NodeParts } from './parts.ts';
import { findPassphrase } from './passphrase.ts';
import { createRouter } from './router.ts';
import { nodeSettings, SettingsFile } from './settings-file.ts';
import { createStatus } from './status.ts';
import { undoAll } from './undo.ts';
import { version } from './version.ts';
import { PhraseGuard } from './phrase-guard.ts';
import { problem } from './problems.ts';

/** Each thread judges about a thousand messages a second; the second one runs only while batches pile up. */
const JUDGE_THREADS = Math.min(2, availableParallelism());

export interface NodeInit {
  /** The directory of this node's files; the system's standard place if left out. */
  readonly dataDir?: string;
  /** Does not use the network: for commands that work on the data of a stopped node. */
  readonly offline?: boolean;
  /** A key from the operating system's key store; if null or left out, a passphrase protects the keys. */
  readonly systemKey?: Uint8Array | null;
  /** The folder of the models; those of this release if left out. */
  readonly models?: string;
}

export interface RunningNode extends ServedNode {
  readonly client: Client;
  status(): NodeStatus;
  onStatus(listener: (status: NodeStatus) => void): () => void;
  settings(): Settings;
  communities(): readonly CommunityCard[];
  suspended(): void;
  resumed(): Promise<void>;
}

/**
 * The composition root: makes every adapter and service of a node, starts them in order and stops them in
 * reverse order. A community that cannot be opened does not keep the node from running. Rejects with a Problem
 * (`data-in-use`, `wrong-passphrase`, `port-forbidden`, …).
 */
export async function startNode(init: NodeInit = {}): Promise<RunningNode> {
  const offline = init.offline === true;
  const { directory } = await openDataDirectory(init.dataDir ?? defaultDataPath());
  const startedAt = systemClock.now();
  const lock = await lockDataDirectory(directory, startedAt);
  const afterStop: (() => Promise<void>)[] = [];
  const undo: (() => unknown)[] = [() => lock.release()];
  try {
    await moveOlder(directory, startedAt);
    const classifiers = new ClassifierPool({
      clock: systemClock,
      folder: init.models ?? modelsFolder(),
      workers: JUDGE_THREADS,
    });
    undo.push(() => classifiers.close());
    const logger = createLogger({ file: `${directory.logs}/node.log`, level: 'info' });
    undo.push(() => logger.flush());
    undo.push(() => undoAll(afterStop, logger));
    const settings = await SettingsFile.open(directory.settings, systemClock, nodeSettings);
    const { keys, besideKeys, isNewPerson } = await openKeys(directory, init.systemKey ?? null);
    const net = await openNetwork({
      offline,
      peerSeed: keys.peerSeed,
      settings: settings.settings.network,
      logger,
    });
    undo.push(() => net.stop());
    const { transport, network } = net;
    const clock = guardedClock(systemClock, (error) => {
      const { code, message } = problemOf(error);
      logger.error('task-failed', { code, reason: message });
    });
    const sfu = createSfu({
      options: () => ({
        listen: mediaAddresses(settings.settings),
        port: settings.settings.calls.port,
        workers: availableParallelism(),
      }),
      logger,
      workerBin: () =>
        findWorker({
          env: process.env,
          platform: process.platform,
          arch: process.arch,
          home: homedir(),
          // Set by Electron, in a packaged program and in a checkout.
          resources: (process as { readonly resourcesPath?: string }).resourcesPath ?? null,
        }),
    });
    undo.push(() => sfu.stop());
    const recorder = createRecorder({
      bin: () => findFfmpeg({ env: process.env, platform: process.platform }),
    });
    const relay = createCoturn({
      options: () => (offline ? null : relayOptions(settings.settings)),
      folder: directory.relay,
      program: () => findTurnserver(process.env['PATH']),
      clock,
      random: systemRandom,
      logger,
    });
    undo.push(() => relay.stop());
    const shared = new SharedNetwork({
      transport,
      network,
      clock,
      logger,
      communities: () => communities.own(),
      wake: async (community) => void (await communities.get(cidOf(community)).open()),
    });
    undo.push(() => shared.stop());
    const ports: SharedPorts = {
      networkOf: (community) => shared.in(community),
      platform: process.platform,
      setNetwork: async (patch) => void (await parts.setSettings({ network: patch })),
      clock,
      random: systemRandom,
      verifier: pooledVerifier,
      peerSeed: keys.peerSeed,
      signerOf: (person) => keys.person(person),
      bls: blst,
      validator: { bls: blsSignerOf(keys.validatorSeed), peer: await peerIdOf(keys.peerSeed) },
      alone: offline,
      classifiersFor: () => classifiers.share(),
      sfu,
      recorder,
      relay,
      botMedia: createBotMedia,
      logger,
      settings: () => settings.settings,
    };
    const communities = await Communities.find({
      folder: directory.communities,
      clock,
      logger,
      votingKey: ports.validator.bls.publicKey,
      open: (folder, archived) => openFolder(ports, folder, archived),
      isNeededByPeers: (id) => shared.isNeeded(digestOf(id)),
      ownChanged: () => shared.changed(),
    });
    undo.push(() => communities.stop());
    const isNew = communities.size === 0;
    // Nobody knows this node's address yet, so the port that it found becomes its own.
    if (net.notice() !== null && isNew) await keepPorts(settings, network);
    const notices = isNew ? [] : [net.notice()].filter((notice) => notice !== null);

    const { promise: stopped, resolve: hasStopped } = Promise.withResolvers<void>();
    let stopping: Promise<void> | null = null;
    const resumed = async () => {
      await Promise.all(communities.running().map(({ community }) => community.federation.resumed()));
    };
    const parts: NodeParts = {
      directory,
      keys,
      phraseGuard: new PhraseGuard({
        keys,
        clock: systemClock,
        isNew: isNewPerson,
        passphraseFile: directory.passphrase,
      }),
      settings,
      ports,
      net: { transport, network },
      communities,
      async setSettings(patch) {
        const changed = await settings.patch(patch);
        if (patch.network && (await net.apply(changed.network))) await resumed();
        if (patch.calls || patch.network) await relay.apply();
        if (patch.features) await communities.reopen();
        if (patch.storage) for (const { quota } of communities.running()) quota.measure();
        const notice = net.notice();
        if (notice === null) status.notices.remove('port-taken');
        else status.notices.put(notice);
        return changed;
      },
      suspended() {
        for (const { community } of communities.running()) community.federation.suspended();
      },
      resumed,
      stop: () =>
        (stopping ??= (async () => {
          logger.info('node-stopping');
          status.stop();
          await undoAll(undo, logger);
          hasStopped();
        })()),
    };
    const status = createStatus(parts, { startedAt, version, notices });
    if (besideKeys && !offline) {
      status.notices.put({
        id: 'passphrase-beside-keys',
        severity: 'info',
        action: null,
        ...problem.fields('passphrase-beside-keys'),
      });
    }
    shared.start();
    await relay.apply();
    await communities.start();
    status.start();
    net.watch(() => void resumed());
    const router = createRouter(parts, status);
    logger.info('node-started', { version, offline });

    return {
      router,
      client: clientOf((context) => createRouterClient(router, { context: { ...context, via: 'program' } })),
      logger,
      stopped,
      healthy: () => stopping === null,
      metrics: () => status.metrics(),
      onStop: (step) => void afterStop.push(step),
      stop: parts.stop,
      status: () => status.current(),
      onStatus: (listener) => status.watch(listener),
      settings: () => settings.settings,
      communities: () => communities.list(),
      suspended: parts.suspended,
      resumed,
    };
  } catch (error) {
    // A half-started node must not continue; the start error matters, not a failure to stop in order.
    await undoAll(undo, silentLogger);
    throw error;
  }
}

async function openKeys(
  directory: DataDirectory,
  systemKey: Uint8Array | null,
): Promise<{ keys: KeyRing; besideKeys: boolean; isNewPerson: boolean }> {
  const exists = await KeyRing.exists(directory.keys);
  const found = systemKey
    ? null
    : await findPassphrase(directory, { env: process.env, random: systemRandom, mayMake: !exists });
  const unlock: Unlock =
    found === null
      ? { kind: 'system', key: systemKey! }
      : { kind: 'passphrase', passphrase: found.passphrase };
  const keys = await (exists ? KeyRing.open(directory.keys, unlock) : KeyRing.create(directory.keys, unlock));
  return { keys, besideKeys: found?.besideKeys ?? false, isNewPerson: !exists };
}

/** Saves the ports that a node listens on now for later starts. */
async function keepPorts(settings: NodeParts['settings'], network: Network): Promise<void> {
  const portOf = (way: 'tcp' | 'websocket') =>
    network
      .listening()
      .flatMap((address) => network.read(address) ?? [])
      .find((parts) => parts.way === way)?.port;
  const [port, webSocketPort] = [portOf('tcp'), portOf('websocket')];
  await settings.patch({
    network: { ...(port ? { port } : {}), ...(webSocketPort ? { webSocketPort } : {}) },
  });
}
