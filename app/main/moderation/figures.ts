import { throttled, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Decision } from './decision.ts';
import { LABELS, type Label, type Scores } from './labels.ts';

const HOUR_MS = 3_600_000;
/** Latency classes grow by the square root of two, from one millisecond on. */
const LATENCY_CLASSES = 40;
/** Probabilities are counted in tenths. */
const SCORE_CLASSES = 10;
/** Latencies of the latest messages, for the status. */
const LATEST = 1000;
/** How many hours are kept. */
const KEPT_HOURS = 24 * 60;

interface Hour {
  publish: number;
  queue: number;
  quarantine: number;
  imported: number;
  latency: Uint32Array;
  scores: Uint32Array;
}

interface Row {
  hour: number;
  publish: number;
  queue: number;
  quarantine: number;
  imported: number;
  latency: Uint8Array;
  scores: Uint8Array;
}

/** How long counts stay in memory alone, in milliseconds. */
const WRITE_AFTER_MS = 1000;

/** A judgement, as the figures count it. */
interface Counted {
  readonly decision: Decision;
  readonly latencyMs: number | null;
  readonly scores: Scores | null;
  readonly imported: boolean;
  readonly nowMs: number;
}

/** Judgements by hour: decisions, latencies and scores. Counted in memory, and written a second later at most. */
export class Figures {
  readonly #db: Database;
  readonly #writeSoon: () => void;
  readonly #pending = new Map<number, Hour>();
  readonly #latest: number[] = [];
  #total: Record<Decision, number> = { publish: 0, queue: 0, quarantine: 0 };
  #imported = 0;

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#writeSoon = throttled(clock, WRITE_AFTER_MS, () => this.write());
  }

  /** Decisions since the start. */
  get totals(): Readonly<Record<Decision, number>> {
    return this.#total;
  }

  /** [J31] Imported posts judged since the start. */
  get imported(): number {
    return this.#imported;
  }

  /** `latencyMs`: how long the judgement took; null if it was not made here. */
  count({ decision, latencyMs, scores, imported, nowMs }: Counted): void {
    const hour = this.#hour(Math.floor(nowMs / HOUR_MS));
    hour[decision]++;
    this.#total[decision]++;
    if (imported) {
      hour.imported++;
      this.#imported++;
    }
    if (scores) {
      for (const [n, label] of LABELS.entries()) {
        const index =
          n * SCORE_CLASSES + Math.min(SCORE_CLASSES - 1, Math.floor(scores[label] * SCORE_CLASSES));
        hour.scores[index] = hour.scores[index]! + 1;
      }
    }
    this.#writeSoon();
    if (latencyMs === null) return;
    const at = Math.round(2 * Math.log2(Math.max(1, latencyMs)));
    const place = Math.min(LATENCY_CLASSES - 1, at);
    hour.latency[place] = hour.latency[place]! + 1;
    this.#latest.push(latencyMs);
    if (this.#latest.length > LATEST) this.#latest.splice(0, this.#latest.length - LATEST);
  }

  /** Writes the counts. */
  write(): void {
    if (this.#pending.size === 0) return;
    this.#db.transaction(() => this.#write());
    this.#pending.clear();
  }

  #write(): void {
    for (const hour of this.#read(...this.#span())) {
      if (!this.#pending.has(hour.hour)) continue;
      this.#db
        .prepare(
          'INSERT OR REPLACE INTO moderation_hour (hour, publish, queue, quarantine, imported, latency, scores) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(
          hour.hour,
          hour.publish,
          hour.queue,
          hour.quarantine,
          hour.imported,
          bytesOf(hour.latency),
          bytesOf(hour.scores),
        );
      this.#db.prepare('DELETE FROM moderation_hour WHERE hour < ?').run(hour.hour - KEPT_HOURS);
    }
  }

  /** The first hour that is not written yet, and the one after the last. */
  #span(): [number, number] {
    const hours = [...this.#pending.keys()];
    return [Math.min(...hours), Math.max(...hours) + 1];
  }

  /** Of the latest thousand messages; null before the first. */
  latency(): { p50Ms: number; p99Ms: number } | null {
    const sorted = this.#latest.toSorted((a, b) => a - b);
    if (sorted.length === 0) return null;
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }

  /** The hours up to now, the oldest first, empty ones included. */
  hours(count: number, nowMs: number) {
    const last = Math.floor(nowMs / HOUR_MS);
    const found = new Map(this.#read(last - count + 1, last + 1).map((hour) => [hour.hour, hour]));
    return Array.from({ length: count }, (_, index) => {
      const at = last - count + 1 + index;
      const hour = found.get(at);
      return {
        at: at * HOUR_MS,
        publish: hour?.publish ?? 0,
        queue: hour?.queue ?? 0,
        quarantine: hour?.quarantine ?? 0,
        imported: hour?.imported ?? 0,
        latencyP50: hour ? quantile(hour.latency, 0.5) : null,
        latencyP99: hour ? quantile(hour.latency, 0.99) : null,
      };
    });
  }

  /**
   * How far the scores of the last day differ from those of the four weeks before: the population stability
   * index over tenths. Below 0.1 nothing moved, above 0.25 much did. Null while either side is too small.
   */
  drift(nowMs: number): { label: Label; index: number | null }[] {
    const now = Math.floor(nowMs / HOUR_MS) + 1;
    const [recent, before] = [sum(this.#read(now - 24, now)), sum(this.#read(now - 24 * 29, now - 24))];
    return LABELS.map((label, n) => {
      const part = (scores: Uint32Array) => scores.slice(n * SCORE_CLASSES, (n + 1) * SCORE_CLASSES);
      return { label, index: stability(part(recent), part(before)) };
    });
  }

  #hour(at: number): Hour {
    const known = this.#pending.get(at);
    if (known) return known;
    const hour = nothing();
    this.#pending.set(at, hour);
    return hour;
  }

  /** Hours from one up to another, with the counts that are not written yet. */
  #read(from: number, to: number): (Hour & { hour: number })[] {
    const hours = new Map<number, Hour & { hour: number }>(
      this.#db
        .prepare<Row>('SELECT * FROM moderation_hour WHERE hour >= ? AND hour < ?')
        .all(from, to)
        .map((row) => [row.hour, { ...row, latency: countsOf(row.latency), scores: countsOf(row.scores) }]),
    );
    for (const [at, pending] of this.#pending) {
      if (at < from || at >= to) continue;
      const hour = hours.get(at) ?? { hour: at, ...nothing() };
      add(hour, pending);
      hours.set(at, hour);
    }
    return [...hours.values()];
  }
}

/** Fewer scores do not show their distribution. */
const LEAST_SCORES = 50;
/** An empty class counts as this share, so that one message does not make the index infinite. */
const LEAST_SHARE = 0.001;

function stability(now: Uint32Array, before: Uint32Array): number | null {
  const total = (counts: Uint32Array) => counts.reduce((all, count) => all + count, 0);
  const [nowTotal, beforeTotal] = [total(now), total(before)];
  if (nowTotal < LEAST_SCORES || beforeTotal < LEAST_SCORES) return null;
  let index = 0;
  for (const [at, count] of now.entries()) {
    const p = Math.max(LEAST_SHARE, count / nowTotal);
    const q = Math.max(LEAST_SHARE, before[at]! / beforeTotal);
    index += (p - q) * Math.log(p / q);
  }
  return index;
}

const nothing = (): Hour => ({
  publish: 0,
  queue: 0,
  quarantine: 0,
  imported: 0,
  latency: new Uint32Array(LATENCY_CLASSES),
  scores: new Uint32Array(LABELS.length * SCORE_CLASSES),
});

function sum(hours: readonly Hour[]): Uint32Array {
  const all = new Uint32Array(LABELS.length * SCORE_CLASSES);
  for (const { scores } of hours) for (const [at, count] of scores.entries()) all[at] = all[at]! + count;
  return all;
}

function add(hour: Hour, other: Hour): void {
  hour.publish += other.publish;
  hour.queue += other.queue;
  hour.quarantine += other.quarantine;
  hour.imported += other.imported;
  for (const [at, count] of other.latency.entries()) hour.latency[at] = hour.latency[at]! + count;
  for (const [at, count] of other.scores.entries()) hour.scores[at] = hour.scores[at]! + count;
}

/** The middle of the class that contains the quantile, in milliseconds. */
function quantile(classes: Uint32Array, share: number): number | null {
  const total = classes.reduce((all, count) => all + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const [at, count] of classes.entries()) {
    seen += count;
    if (seen >= share * total) return Math.round(2 ** (at / 2));
  }
  return null;
}

const bytesOf = (counts: Uint32Array) => new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
const countsOf = (bytes: Uint8Array) => new Uint32Array(bytes.slice().buffer);
