import type { Inputs, Outputs } from '../../contract/index.ts';
import type { Verification } from '../../contract/maintenance.ts';
import { concatBytes, equalBytes, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Verifier } from '../kernel/signer.ts';
import type { Log } from '../log/log.ts';
import type { MaintenancePorts } from './ports.ts';
import { examineEvents, Faults } from './examine.ts';
import { problem } from './problems.ts';

export interface MaintenanceInit extends MaintenancePorts {
  readonly log: Log;
  readonly db: Database;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly counts: () => { readonly posts: number; readonly members: number };
}

export type Maintenance = ReturnType<typeof createMaintenance>;

/** The names of this node's own backups; other files are never deleted. */
const OWN_NAME = /^impulse-\d{8}T\d{9}Z\.db$/;

/** Checks, repairs and copies a community's data. */
export function createMaintenance(init: MaintenanceInit) {
  const { log, db, database, disk, clock } = init;
  // One at a time: two at once would both read the whole file and delete each other's copies.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work, work);
    last = result.catch(() => {});
    return result;
  };

  const verify = async (deep: boolean): Promise<Verification> => {
    const faults = new Faults();
    const damage = await database.check(init.path);
    for (const line of damage) faults.add(`SQLite: ${line}`);
    if (damage.length > 0) return summaryOfDamaged(faults);
    if (deep) await examineEvents(log, db, init.verifier, faults);
    if (deep && init.rebuilt) await compareRebuilt(init.rebuilt, faults);
    return summary(faults);
  };

  return {
    /** Whether the data is sound; `deep` reads every event as well. */
    verify: (deep: boolean): Promise<Verification> => inTurn(() => verify(deep)),

    /** Recomputes all projections from the log. Nothing else runs in the node meanwhile. */
    rebuild: (): Promise<Verification> =>
      inTurn(async () => {
        log.rebuild();
        return summary(new Faults());
      }),

    /**
     * Copies the database, by default into the folder of backups, where the oldest are then deleted.
     * @throws {Problem} `backup-exists`, `backup-failed`, `disk-full`, or the error of the disk.
     */
    backup: (path?: Inputs['maintenance']['backup']['path']): Promise<Outputs['maintenance']['backup']> =>
      inTurn(async () => {
        const at = clock.now();
        const target = path ?? disk.join(init.backups, nameAt(at));
        await copyTo(target);
        if (path === undefined) await prune();
        return { path: target, at, sizeBytes: await disk.sizeOf(target) };
      }),

    /** Newest first. */
    async backups(): Promise<Outputs['maintenance']['backups']> {
      const found = await disk.list(init.backups);
      return found
        .map(({ path, at, sizeBytes }) => ({ path, at: Math.floor(at), sizeBytes }))
        .sort((a, b) => b.at - a.at || (a.path < b.path ? 1 : -1));
    },
  };

  function summary(faults: Faults): Verification {
    const events = db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM event').get()!.n;
    if (events !== log.count())
      faults.add(problem.fields('wrong-count', { events, counted: log.count() }).message);
    const logDigest = log.digest();
    const stateDigest = log.stateDigest();
    const list = faults.list();
    return {
      ok: list.length === 0,
      community: cidOf(log.community),
      events,
      ...init.counts(),
      logDigest: toHex(logDigest),
      stateDigest: toHex(stateDigest),
      digest: toHex(sha256(concatBytes(logDigest, stateDigest))),
      faults: list,
    };
  }

  /** The digest of a damaged file may be unavailable; its faults are reported all the same. */
  function summaryOfDamaged(faults: Faults): Verification {
    faults.add(problem.fields('file-damaged').message);
    try {
      return summary(faults);
    } catch (cause) {
      throw problem('database-corrupt', { fault: faults.list()[0]! }, { cause });
    }
  }

  async function compareRebuilt(
    rebuilt: (copy: string) => Promise<Uint8Array>,
    faults: Faults,
  ): Promise<void> {
    const scratch = disk.join(init.backups, `scratch-${clock.now()}.tmp`);
    try {
      const before = log.count();
      const shown = log.stateDigest();
      await database.copy(init.path, scratch);
      const recomputed = await rebuilt(scratch);
      // Something was written meanwhile: it is in the copy and not in the digest, or the reverse.
      const unchanged = before === log.count() && equalBytes(shown, log.stateDigest());
      if (unchanged && !equalBytes(shown, recomputed))
        faults.add(problem.fields('projections-differ').message);
    } finally {
      for (const suffix of ['', '-wal', '-shm']) await disk.remove(scratch + suffix);
    }
  }

  async function copyTo(target: string): Promise<void> {
    if (await disk.exists(target)) {
      throw problem('backup-exists', { path: target });
    }
    const unfinished = `${target}.part`;
    try {
      await disk.remove(unfinished);
      await database.copy(init.path, unfinished);
      await disk.move(unfinished, target);
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      throw problem('backup-failed', { path: target, reason: problemOf(cause).message }, { cause });
    } finally {
      for (const suffix of ['', '-wal', '-shm', '-journal']) await disk.remove(unfinished + suffix);
    }
  }

  async function prune(): Promise<void> {
    const own = (await disk.list(init.backups)).filter(({ name }) => OWN_NAME.test(name));
    const old = own.sort((a, b) => (a.name < b.name ? 1 : -1)).slice(Math.max(1, init.keep()));
    for (const { path } of old) await disk.remove(path);
  }
}

/** `impulse-20261123T115400000Z.db`: sorting by name sorts by time. */
function nameAt(ms: number): string {
  return `impulse-${new Date(ms).toISOString().replaceAll(/[-:.]/g, '')}.db`;
}
