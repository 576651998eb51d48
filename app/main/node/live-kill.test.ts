import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { migrations } from './community.ts';
import { STAGES, type KillReport, type Stage } from './test-kill-stages.ts';

const script = join(import.meta.dirname, 'test-live-kill.ts');

/** Runs the community; the result is null if it killed itself. */
function run(file: string, stage?: Stage): Promise<KillReport | null> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [script, file, ...(stage ? [stage] : [])], (error, out, err) => {
      if (error === null) done(JSON.parse(out) as KillReport);
      else if (error.signal === 'SIGKILL') done(null);
      else fail(new Error(err));
    });
  });
}

async function databaseFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'impulse-kill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'community.db');
}

/** Posts in the file that nothing hides and no judgement is kept of. */
function unjudged(file: string): number {
  const db = openDatabase(file, migrations);
  try {
    return db
      .prepare<{ n: number }>(
        `SELECT COUNT(*) AS n FROM event e WHERE e.kind = 'thread.start'
           AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.n = e.seq AND h.hidden = 1)
           AND NOT EXISTS (SELECT 1 FROM judgement j WHERE j.n = e.seq)`,
      )
      .get()!.n;
  } finally {
    db.close();
  }
}

test(
  '[J11] [G2] a node killed in any stage of a live post shows nothing unjudged, and ends like one that was not',
  { timeout: 120_000 },
  async () => {
    const whole = await run(await databaseFile());
    expect(whole).toMatchObject({ counted: 3, waiting: 0, open: 2 });
    expect(whole!.shown.toSorted()).toEqual(['Weather 0', 'Weather 2', 'Weather 4']);
    for (const stage of STAGES) {
      const file = await databaseFile();
      expect(await run(file, stage), stage).toBeNull();
      expect(unjudged(file), stage).toBe(0);
      expect(await run(file), stage).toEqual(whole);
    }
  },
);
