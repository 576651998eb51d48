import { renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createRouterClient } from '@orpc/server';
import type { Client, NodeStatus, Settings } from '../../contract/index.ts';
import type { Network } from '../federation/index.ts';
import type { ServedNode } from '../host/serve.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { diskChunks } from '../platform/disk/chunks.ts';
import { blsSignerOf, blst } from '../platform/bls/blst.ts';
import { pooledVerifier } from '../platform/crypto/ed25519.ts';
import { peerIdOf } from '../platform/libp2p/index.ts';
import { copyDatabaseNow, openDatabase } from '../platform/sqlite/database.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { openVoteJournal, type OpenVoteJournal } from './vote-journal.ts';
import { diskDiagnostics } from './diagnostics-store.ts';
import { genesisOf, migrations, openCommunity, type Community } from './community.ts';
import { dataLayout, defaultDataPath, openDataDirectory, type DataDirectory } from './data-directory.ts';
import { ClassifierPool } from './classifier-pool.ts';
import { KeyRing, type Unlock } from './keys.ts';
import { lockDataDirectory } from './lock.ts';
import { modelsFolder } from './models-folder.ts';
import { openNetwork } from './network.ts';
import type { NodeParts } from './parts.ts';
import { findPassphrase } from './passphrase.ts';
import { examine, noteDamage, repairDatabase, sayMended, wantsRepair } from './repair.ts';
import { createRouter } from './router.ts';
import { SettingsFile } from './settings-file.ts';
import { createStatus } from './status.ts';
import { guardedClock, degradedMode } from './degraded-mode.ts';
import { version } from './version.ts';
import { archivePorts, maintenancePorts } from './tools.ts';
import { problem } from './problems.ts';

/**
 * Each thread keeps encoders in memory and judges about 900 messages per second. Two cores are left to other
 * work.
 */
const JUDGE_THREADS = availableParallelism() >= 4 ? 2 : 1;

/** How long `stop` waits for the file check, which cannot be interrupted inside a large page. */
const EXAMINED_MS = 2000;

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
  suspended(): void;
  resumed(): Promise<void>;
}

/**
 * The composition root: makes every adapter and service of a node, starts them in order and stops them in
 * reverse order. A database too damaged to start with is repaired first. Rejects with a Problem
 * (`data-in-use`, `wrong-passphrase`, `database-corrupt`, …).
 */
export async function startNode(init: NodeInit = {}): Promise<RunningNode> {
  try {
    return await start(init);
  } catch (error) {
    // Damage shows in many kinds of errors; SQLite's own check decides whether it is damage.
    if (error instanceof Problem && error.code !== 'database-corrupt') throw error;
    const faults = await noteDamage(dataLayout(init.dataDir ?? defaultDataPath()));
    if (faults.length === 0) throw error;
    return start(init);
  }
}

async function start(init: NodeInit): Promise<RunningNode> {
  const { directory } = await openDataDirectory(init.dataDir ?? defaultDataPath());
  const startedAt = systemClock.now();
  const lock = await lockDataDirectory(directory, startedAt);
  const undo: (() => unknown)[] = [() => lock.release()];
  let community = null as Community | null;
  const classifiers = new ClassifierPool({
    clock: systemClock,
    folder: init.models ?? modelsFolder(),
    workers: JUDGE_THREADS,
  });
  undo.push(() => classifiers.close());
  try {
    const logger = createLogger({ file: `${directory.logs}/node.log`, level: 'info' });
    undo.push(() => logger.flush());
    const settings = await SettingsFile.open(directory.settings, systemClock);
    const { keys, besideKeys, journal } = await openKeys(directory, init.systemKey ?? null);
    undo.push(() => journal.close());
    const repaired = wantsRepair(directory) ? await repairDatabase(directory, startedAt) : null;
    if (repaired !== null) logger.warn('database-repaired', { damaged: repaired });
    const db = openDatabase(directory.database, migrations, {
      backup: (from) => backUp(directory, `before-${version}-from-${from}.db`),
    });
    undo.push(() => db.close());
    const { failed, refused } = degradedMode({ clock: systemClock, logger, db, status: () => status });
    const clock = guardedClock(systemClock, failed);
    const net = await openNetwork({
      offline: init.offline === true,
      peerSeed: keys.peerSeed,
      settings: settings.settings.network,
      logger,
    });
    undo.push(() => net.stop());
    const { transport, network } = net;
    const isUnknown = genesisOf(db) === null;
    // Nobody knows this node's address yet, so the port that it found becomes its own.
    if (net.notice() !== null && isUnknown) await keepPorts(settings, network);
    const notices = isUnknown ? [] : [net.notice()].filter((notice) => notice !== null);

    const { promise: stopped, resolve: hasStopped } = Promise.withResolvers<void>();
    let stopping: Promise<void> | null = null;
    const parts: NodeParts = {
      directory,
      keys,
      settings,
      db,
      async setSettings(patch) {
        const changed = await settings.patch(patch);
        if (patch.network && (await net.apply(changed.network))) await community?.federation.resumed();
        const notice = net.notice();
        if (notice === null) status.notices.remove('port-taken');
        else status.notices.put(notice);
        return changed;
      },
      ports: {
        db,
        transport,
        network,
        platform: process.platform,
        setNetwork: async (patch) => void (await parts.setSettings({ network: patch })),
        clock,
        random: systemRandom,
        verifier: pooledVerifier,
        // The person may be replaced by a restored one before a community exists.
        signer: {
          get publicKey() {
            return keys.person.publicKey;
          },
          sign: (message) => keys.person.sign(message),
          signAll: (messages) => keys.person.signAll(messages),
        },
        bls: blst,
        validator: { bls: blsSignerOf(keys.validatorSeed), peer: await peerIdOf(keys.peerSeed) },
        voteJournal: journal,
        alone: init.offline === true,
        notices: {
          put: (notice) => status.notices.put(notice),
          remove: (id) => status.notices.remove(id),
        },
        chunks: diskChunks(directory.files),
        diagnostics: diskDiagnostics(directory.evidence),
        archive: () => archivePorts(clock),
        maintenance: maintenancePorts({
          directory,
          keep: () => settings.settings.storage.backups,
          ports: () => parts.ports,
        }),
        classifiers,
        logger,
        settings: () => settings.settings,
      },
      community: () => community,
      running() {
        if (community) return community;
        throw problem('no-community');
      },
      setCommunity(opened) {
        community = opened;
        opened.start();
        if (init.offline !== true) opened.moderation.lookSoon();
        status.changed();
      },
      stop: () =>
        (stopping ??= (async () => {
          logger.info('node-stopping');
          status.stop();
          await community?.stop();
          await undoAll(undo, logger);
          hasStopped();
        })()),
    };
    const status = createStatus(parts, { startedAt, version, offline: init.offline === true, notices });
    if (besideKeys && !init.offline) {
      status.notices.put({
        id: 'passphrase-beside-keys',
        severity: 'info',
        action: null,
        ...problem.fields('passphrase-beside-keys'),
      });
    }
    const genesis = genesisOf(db);
    if (genesis) {
      const opened = await openCommunity(parts.ports, genesis);
      if (repaired !== null) {
        opened.log.rebuild();
        sayMended(status, repaired);
      }
      parts.setCommunity(opened);
    }
    status.start();
    net.watch(() => void community?.federation.resumed());
    const router = createRouter(parts, status, refused);
    if (!init.offline) {
      const leaving = new AbortController();
      const examined = examine(parts, status, leaving.signal);
      undo.push(() => {
        leaving.abort();
        return Promise.race([examined, new Promise<void>((go) => void systemClock.after(EXAMINED_MS, go))]);
      });
    }
    logger.info('node-started', { version, offline: init.offline === true });

    return {
      router,
      client: createRouterClient(router, { context: {} }),
      logger,
      stopped,
      healthy: () => stopping === null,
      metrics: () => status.metrics(),
      stop: parts.stop,
      status: () => status.current(),
      onStatus: (listener) => status.watch(listener),
      settings: () => settings.settings,
      suspended: () => community?.federation.suspended(),
      resumed: async () => community?.federation.resumed(),
    };
  } catch (error) {
    // A half-started node must not continue; the start error matters, not a failure to stop in order.
    await community?.stop();
    await undoAll(undo, silentLogger);
    throw error;
  }
}

/**
 * Copies the database before its migration. A copy of an earlier try is replaced, so that a start that failed can
 * be tried again.
 */
function backUp({ database, backups }: DataDirectory, name: string): void {
  const copy = `${backups}/${name}`;
  rmSync(`${copy}.new`, { force: true });
  copyDatabaseNow(database, `${copy}.new`);
  renameSync(`${copy}.new`, copy);
}

/** Undoes the steps of a start, the newest first. One that fails does not keep the lock from being released. */
async function undoAll(steps: readonly (() => unknown)[], logger: Logger): Promise<void> {
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      logger.error('stop-failed', { reason: problemOf(error).message });
    }
  }
}

async function openKeys(
  directory: DataDirectory,
  systemKey: Uint8Array | null,
): Promise<{ keys: KeyRing; besideKeys: boolean; journal: OpenVoteJournal }> {
  const exists = await KeyRing.exists(directory.keys);
  const found = systemKey
    ? null
    : await findPassphrase(directory, { env: process.env, random: systemRandom, mayMake: !exists });
  const unlock: Unlock =
    found === null
      ? { kind: 'system', key: systemKey! }
      : { kind: 'passphrase', passphrase: found.passphrase };
  const keys = await (exists ? KeyRing.open(directory.keys, unlock) : KeyRing.create(directory.keys, unlock));
  const journal = await openVoteJournal(directory, blsSignerOf(keys.validatorSeed).publicKey, !exists);
  return { keys, besideKeys: found?.besideKeys ?? false, journal };
}

/** Saves the ports that a node listens on now for later starts. */
async function keepPorts(settings: SettingsFile, network: Network): Promise<void> {
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
