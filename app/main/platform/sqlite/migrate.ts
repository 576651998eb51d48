import type SqliteDatabase from 'better-sqlite3';
import type { Database, Migration } from '../../kernel/database.ts';
import { problem } from './problems.ts';

/**
 * `user_version` of a file whose steps are counted by feature. Release 0.1, whose highest number was 52,
 * treats it as one of a newer release and does not change it.
 */
const BY_FEATURE = 1000;

/** A step applied to a file. */
export interface AppliedStep {
  readonly feature: string;
  readonly step: number;
}

/**
 * Migrates a file to the newest schema: applies every missing step of each feature, in one transaction.
 * Throws a Problem (`database-newer`) for a file of a newer release, and an Error for a list with a gap or a
 * step twice.
 *
 * @param backup called before a file with data is changed, with the number of applied steps.
 */
export function migrate(
  sqlite: SqliteDatabase.Database,
  database: Database,
  migrations: readonly Migration[],
  backup?: (steps: number) => void,
): void {
  checkSteps(migrations);
  const taken = knownSteps(sqlite, migrations);
  const isPending = ({ feature, step }: Migration) =>
    !taken.some((one) => one.feature === feature && one.step === step);
  const pending = inOrder(migrations.filter(isPending));
  const isSeeded = version(sqlite) === BY_FEATURE;
  if (pending.length === 0 && isSeeded) return;
  if (taken.length > 0) backup?.(taken.length);
  database.transaction(() => {
    if (!isSeeded) {
      sqlite.exec(
        'CREATE TABLE feature_migration (feature TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (feature, step)) STRICT, WITHOUT ROWID',
      );
      sqlite.pragma(`user_version = ${BY_FEATURE}`);
    }
    const note = sqlite.prepare('INSERT INTO feature_migration (feature, step) VALUES (?, ?)');
    if (!isSeeded) for (const { feature, step } of taken) note.run(feature, step);
    for (const one of pending) {
      take(sqlite, one);
      note.run(one.feature, one.step);
    }
  });
}

/** The steps applied to a file. Throws a Problem `database-newer` if a newer release wrote it. */
export function knownSteps(sqlite: SqliteDatabase.Database, migrations: readonly Migration[]): AppliedStep[] {
  const taken = takenSteps(sqlite, migrations);
  const isKnown = ({ feature, step }: AppliedStep) =>
    migrations.some((one) => one.feature === feature && one.step === step);
  const unknown = taken.find((one) => !isKnown(one));
  if (unknown === undefined) return taken;
  throw problem('database-newer-step', { step: unknown.step, feature: unknown.feature });
}

/** Failures of the disk, the file or the machine, not of the step. */
const NOT_THE_STEP = /^SQLITE_(?:FULL|IOERR|CORRUPT|NOTADB|READONLY|CANTOPEN|NOMEM|BUSY|LOCKED|INTERRUPT)/;

/**
 * Throws a Problem `migration-failed` that names the step, whatever SQLite found wrong with it; failures of the disk
 * keep their own code.
 */
function take(sqlite: SqliteDatabase.Database, { feature, step, sql }: Migration): void {
  try {
    sqlite.exec(sql);
  } catch (error) {
    if (NOT_THE_STEP.test((error as { code?: string }).code ?? '')) throw error;
    const reason = (error as Error).message;
    throw problem('migration-failed', { feature, step, reason }, { cause: error });
  }
}

/** The steps applied to a file; for a file of release 0.1 they follow from its one number. */
export function takenSteps(sqlite: SqliteDatabase.Database, migrations: readonly Migration[]): AppliedStep[] {
  const current = version(sqlite);
  if (current > BY_FEATURE) throw problem('database-newer', { shape: current });
  if (current === BY_FEATURE) {
    return sqlite.prepare<[], AppliedStep>('SELECT feature, step FROM feature_migration').all();
  }
  const known = Math.max(0, ...migrations.map(({ release01 = 0 }) => release01));
  if (current > known) throw problem('database-newer-unnumbered', { shape: current, known });
  return migrations.filter(({ release01 }) => release01 !== undefined && release01 <= current);
}

const version = (sqlite: SqliteDatabase.Database) =>
  sqlite.pragma('user_version', { simple: true }) as number;

/**
 * Steps of release 0.1 in the order of that release, since features looked at each other's tables; then by
 * feature.
 */
function inOrder(migrations: readonly Migration[]): Migration[] {
  const rank = ({ release01 = Number.POSITIVE_INFINITY }: Migration) => release01;
  return migrations.toSorted((a, b) => (rank(a) === rank(b) ? a.step - b.step : rank(a) - rank(b)));
}

/** Statements that would end the transaction of a start; the `BEGIN` of a trigger follows no semicolon. */
const ENDS_TRANSACTION = /(?:^|;)\s*(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM)\b/i;

/**
 * A feature's steps are counted from 1 without a gap, so that none is ever skipped, and none ends the transaction.
 * Throws a Problem `migrations-misnumbered` or `migration-ends-transaction`.
 */
function checkSteps(migrations: readonly Migration[]): void {
  const ending = migrations.find(({ sql }) => ENDS_TRANSACTION.test(sql));
  if (ending) throw problem('migration-ends-transaction', { feature: ending.feature, step: ending.step });
  const steps = new Map<string, number[]>();
  for (const { feature, step } of migrations) steps.set(feature, [...(steps.get(feature) ?? []), step]);
  for (const [feature, list] of steps) {
    const sorted = list.toSorted((a, b) => a - b);
    if (sorted.every((step, at) => step === at + 1)) continue;
    throw problem('migrations-misnumbered', { feature, steps: sorted.join(', ') });
  }
}
