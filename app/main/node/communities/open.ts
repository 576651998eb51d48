import { renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { OwnSettings } from '../../../contract/settings.ts';
import type { CommunityNetwork } from '../../federation/index.ts';
import { cidOf } from '../../kernel/cid.ts';
import { endingClock, every } from '../../kernel/clock.ts';
import { Problem, type ProblemFields } from '../../kernel/errors.ts';
import type { BulkSigner } from '../../kernel/signer.ts';
import { NoticeBoard } from '../../observability/index.ts';
import { diskChunks } from '../../platform/disk/chunks.ts';
import { diskRecordings } from '../../platform/disk/recordings.ts';
import { signerOf } from '../../platform/keys/ed25519.ts';
import { copyDatabaseNow, openDatabase } from '../../platform/sqlite/database.ts';
import {
  filesBytes,
  genesisOf,
  migrations,
  openCommunity,
  participationOf,
  type Community,
  type CommunityPorts,
} from '../community.ts';
import { makeFolders, type CommunityDirectory } from '../data-directory.ts';
import { guardedClock, degradedMode } from '../degraded-mode.ts';
import { diskDiagnostics } from '../diagnostics-store.ts';
import { withoutNetwork } from '../network.ts';
import { problem } from '../problems.ts';
import { examine, noteDamage, repairDatabase, sayMended, wantsRepair } from '../repair.ts';
import { SettingsFile } from '../settings-file.ts';
import { archivePorts, maintenancePorts } from '../tools.ts';
import { undoAll } from '../undo.ts';
import { version } from '../version.ts';
import { openVoteJournal } from '../vote-journal.ts';
import { layered, ownSettings, type OwnChange } from './own-settings.ts';
import { CommunityQuota } from './quota.ts';
import { createCommunityStatus, type StatusView } from './status.ts';

/** How long `stop` waits for the file check, which cannot be interrupted inside a large page. */
const EXAMINED_MS = 2000;
/** How often the space that a community takes is measured, in milliseconds. */
const MEASURE_MS = 2000;

/** The parts of a node that its communities share. */
export interface SharedPorts extends Omit<
  CommunityPorts,
  | 'db'
  | 'quota'
  | 'transport'
  | 'network'
  | 'signer'
  | 'voteJournal'
  | 'notices'
  | 'chunks'
  | 'recordings'
  | 'diagnostics'
  | 'classifiers'
  | 'archive'
  | 'maintenance'
> {
  /** The peer's key, for a community without a network. */
  readonly peerSeed: Uint8Array;
  /** [CM13] A community’s share of the classifiers. */
  readonly classifiersFor: () => CommunityPorts['classifiers'];
  /** [CM7] The person with a number. */
  readonly signerOf: (person: number) => BulkSigner;
  /** The network of a community. */
  readonly networkOf: (community: Uint8Array) => CommunityNetwork;
}

/** A community that runs. */
export interface OpenCommunity {
  /** [CM7] The number of the person who takes part in it. */
  readonly person: number;
  /** When that person joined, in milliseconds since the Unix epoch. */
  readonly joinedAt: number;
  readonly community: Community;
  readonly status: StatusView;
  /** [CM9] The settings that it has of its own. */
  readonly settings: SettingsFile<OwnSettings, OwnChange>;
  readonly quota: Pick<CommunityQuota, 'measure'>;
  /** A call was refused; matters only if the disk or the quota is the cause. */
  refused(problem: ProblemFields): void;
  /** Runs a repair: the status shows it, and the file is checked afterwards. */
  repairing<T>(work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Opens the community of a folder and starts it. A database too damaged to open is repaired first. Rejects with a
 * Problem: `database-corrupt`, `database-newer`, `disk-full` and the like.
 */
export async function openFolder(
  shared: SharedPorts,
  directory: CommunityDirectory,
  archived: boolean,
): Promise<OpenCommunity> {
  try {
    return await open(shared, directory, archived);
  } catch (error) {
    // Damage shows in many kinds of errors; SQLite's own check decides whether it is damage.
    if (error instanceof Problem && error.code !== 'database-corrupt') throw error;
    const faults = await noteDamage(directory);
    if (faults.length === 0) throw error;
    return open(shared, directory, archived);
  }
}

async function open(
  shared: SharedPorts,
  directory: CommunityDirectory,
  archived: boolean,
): Promise<OpenCommunity> {
  const { clock: nodeClock, logger, validator } = shared;
  // [CM6] An archived community is for reading alone.
  const alone = shared.alone || archived;
  const undo: (() => unknown)[] = [];
  try {
    await makeFolders(directory);
    const repaired = wantsRepair(directory) ? await repairDatabase(directory, nodeClock.now()) : null;
    if (repaired !== null) logger.warn('database-repaired', { damaged: repaired });
    const db = openDatabase(directory.database, migrations, {
      backup: (from) => backUp(directory, `before-${version}-from-${from}.db`),
    });
    undo.push(() => db.close());
    const genesis = genesisOf(db);
    if (!genesis) throw problem('community-empty', { path: directory.path });
    const id = cidOf(genesis.id);
    if (id !== basename(directory.path)) throw problem('community-misplaced', { path: directory.path, id });
    const participation = participationOf(db, genesis);
    const person = shared.signerOf(participation.person);
    const signer = archived ? readOnly(person) : person;
    const journal = await openVoteJournal(directory, validator.bls.publicKey, false);
    undo.push(() => journal.close());
    const notices = new NoticeBoard(nodeClock);
    const ownClock = endingClock(nodeClock);
    undo.push(() => ownClock.end());
    const own = await SettingsFile.open(directory.settings, nodeClock, ownSettings);
    if (own.problem) {
      notices.put({ id: 'settings', severity: 'attention', action: 'settings.own', ...own.problem });
    }
    const settings = layered(shared.settings, () => own.settings);
    const quota = new CommunityQuota({
      db,
      limitBytes: () => settings().storage.quotaBytes,
      filesBytes: () => filesBytes(db),
    });
    const { failed, refused, retry } = degradedMode({
      clock: ownClock,
      logger,
      db,
      notices,
      status: () => status,
      mayWrite: () => quota.mustHaveRoom(),
    });
    const clock = guardedClock(ownClock, failed);
    const { transport, network, close } = archived
      ? { ...withoutNetwork(signerOf(shared.peerSeed)), close() {} }
      : shared.networkOf(genesis.id);
    undo.push(close);
    const ports: CommunityPorts = {
      ...shared,
      alone,
      classifiers: shared.classifiersFor(),
      signer,
      transport,
      network,
      clock,
      db,
      settings,
      quota,
      voteJournal: archived ? null : journal,
      notices,
      chunks: diskChunks(directory.files),
      recordings: diskRecordings(directory.recordings),
      diagnostics: diskDiagnostics(directory.evidence),
      archive: () => archivePorts(clock),
      maintenance: maintenancePorts({
        directory,
        keep: () => settings().storage.backups,
        ports: () => ports,
      }),
    };
    const community = await openCommunity(ports, genesis);
    undo.push(() => community.stop());
    const offline = () => alone || shared.settings().network.listen === 'off';
    const status = createCommunityStatus({ community, notices, quota, clock, logger, offline });
    const toldFull = (full: ProblemFields | null) => (full === null ? retry() : refused(full));
    quota.onFull(toldFull);
    toldFull(quota.full);
    every(clock, MEASURE_MS, () => quota.measure());
    if (repaired !== null) {
      community.log.rebuild();
      sayMended(notices, repaired);
    }
    community.start();
    if (!alone) community.moderation.lookSoon();
    status.start();
    undo.push(() => status.stop());
    if (!alone) {
      const leaving = new AbortController();
      const examined = examine({ directory, community, status, logger }, leaving.signal);
      undo.push(() => {
        leaving.abort();
        return Promise.race([examined, new Promise<void>((go) => void nodeClock.after(EXAMINED_MS, go))]);
      });
    }
    return {
      ...participation,
      community,
      status,
      settings: own,
      quota,
      refused,
      async repairing(work) {
        status.setPhase('repairing');
        try {
          const result = await work();
          await mustBeSound(directory);
          return result;
        } catch (error) {
          await mustBeSound(directory, error);
          throw error;
        } finally {
          status.setPhase('ready');
        }
      },
      stop: () => undoAll(undo, logger),
    };
  } catch (error) {
    await undoAll(undo, logger);
    throw error;
  }
}

/** The messages that write: to the log and to the ledger. Every signed message begins with its kind. */
const WRITING = ['impulse/event/', 'impulse/tx/'];

/** [CM6] A signer that refuses to sign events and transactions. */
function readOnly(signer: BulkSigner): BulkSigner {
  const checked = (message: Uint8Array): Uint8Array => {
    const begin = new TextDecoder('latin1').decode(message.subarray(0, 20));
    if (WRITING.some((kind) => begin.startsWith(kind))) throw problem('community-archived');
    return message;
  };
  return {
    publicKey: signer.publicKey,
    sign: (message) => signer.sign(checked(message)),
    signAll: async (messages) => signer.signAll(messages.map(checked)),
  };
}

/** Throws a Problem `database-corrupt` if a rebuild did not repair all of the damage; the next opening does. */
async function mustBeSound(directory: CommunityDirectory, cause?: unknown): Promise<void> {
  if ((await noteDamage(directory)).length === 0) return;
  throw problem('database-still-damaged', {}, { cause });
}

/**
 * Copies the database before its migration. A copy of an earlier try is replaced, so that an opening that failed
 * can be tried again.
 */
function backUp({ database, backups }: CommunityDirectory, name: string): void {
  const copy = `${backups}/${name}`;
  rmSync(`${copy}.new`, { force: true });
  copyDatabaseNow(database, `${copy}.new`);
  renameSync(`${copy}.new`, copy);
}
