import type { ModerationDashboard } from '../../contract/index.ts';
import type { Database } from '../kernel/database.ts';
import type { Figures } from './figures.ts';
import type { Holds } from './holds.ts';
import { LABELS } from './labels.ts';
import { share } from './metrics.ts';

const HOUR_MS = 3_600_000;
/** Open items by age: under an hour, a day, a week, and older. */
const AGES_MS = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];

interface Looked {
  labels: number;
  cleared: number;
  count: number;
}

/** The results of moderation, as its room shows them. */
export function dashboardOf(
  { db, figures, holds }: { readonly db: Database; readonly figures: Figures; readonly holds: Holds },
  hours: number,
  nowMs: number,
): ModerationDashboard {
  const looked = db
    .prepare<Looked>(
      `SELECT h.labels, h.ruling = 0 AS cleared, COUNT(*) AS count FROM hold h JOIN judgement j ON j.n = h.n
       WHERE h.ruling IS NOT NULL AND j.decision > 0 GROUP BY h.labels, h.ruling = 0`,
    )
    .all();
  return {
    hours: figures.hours(hours, nowMs),
    queue: queueOf(holds.openSince(), nowMs),
    precision: LABELS.map((label, at) => {
      const about = looked.filter(({ labels }) => (labels & (1 << at)) !== 0);
      const upheld = sum(about.filter(({ cleared }) => cleared === 0));
      return { label, estimate: estimate(upheld, sum(about)) };
    }),
    falsePositiveRate: falsePositives(db, looked),
    drift: figures.drift(nowMs),
  };
}

function queueOf(openSince: readonly number[], nowMs: number): ModerationDashboard['queue'] {
  const ages: [number, number, number, number] = [0, 0, 0, 0];
  for (const since of openSince) {
    const place = AGES_MS.findIndex((age) => nowMs - since < age);
    const at = place === -1 ? AGES_MS.length : place;
    ages[at] = ages[at]! + 1;
  }
  return { open: openSince.length, oldestAt: openSince[0] ?? null, ages };
}

/**
 * Innocent messages that were held back, as a share of all innocent ones: the share that people cleared of
 * what they reviewed is taken for all that was held.
 */
function falsePositives(db: Database, looked: readonly Looked[]): ModerationDashboard['falsePositiveRate'] {
  const totals = db
    .prepare<{ published: number | null; held: number | null }>(
      'SELECT SUM(publish) AS published, SUM(queue + quarantine) AS held FROM moderation_hour',
    )
    .get()!;
  const [published, held] = [totals.published ?? 0, totals.held ?? 0];
  const [of, cleared] = [sum(looked), sum(looked.filter((one) => one.cleared === 1))];
  if (of === 0 || published + held === 0) return null;
  const rate = (part: number) => (held * part) / Math.max(1, published + held * part);
  const { value, low, high } = share(cleared, of);
  return { value: rate(value), low: rate(low), high: rate(high), of };
}

const sum = (rows: readonly Looked[]) => rows.reduce((all, { count }) => all + count, 0);

function estimate(hits: number, of: number): ModerationDashboard['falsePositiveRate'] {
  return of === 0 ? null : { ...share(hits, of), of };
}
