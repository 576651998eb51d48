import type { ExportCounts, ImportCounts, Job } from '../../contract/archive.ts';
import type { Progress } from '../../contract/common.ts';
import { throttled, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { ImportIssue } from './issues.ts';
import { problem } from './problems.ts';

/** How many jobs may run at once: one that reads the disk, one that waits for it. */
const MAX_RUNNING = 2;
const MAX_KEPT = 50;
const ISSUES_A_PAGE = 500;
/** How long changes are collected before watchers are called, in milliseconds. */
const TELL_AFTER_MS = 100;

/** The callbacks and signal of a running job. */
export interface JobReport {
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  counts(counts: ImportCounts): void;
  exported(counts: ExportCounts): void;
  /** @param dropped How many more there were than the list holds. */
  issues(list: readonly ImportIssue[], dropped: number): void;
}

interface Entry {
  job: Job;
  issues: readonly ImportIssue[];
  issuesDropped: number;
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

/** Long tasks with their progress, cancellable, kept in memory: the last {@link MAX_KEPT}. */
export class Jobs {
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<(jobs: Job[]) => void>();
  readonly #tellSoon: () => void;

  constructor(init: { clock: Clock; newId: () => string }) {
    this.#clock = init.clock;
    this.#newId = init.newId;
    this.#tellSoon = throttled(init.clock, TELL_AFTER_MS, () => this.#tell());
  }

  /**
   * Starts a task and returns immediately. If `work` rejects, the error becomes the job's problem.
   * @throws {Problem} `jobs-busy` when too many jobs run.
   */
  start(kind: Job['kind'], title: string, work: (report: JobReport) => Promise<void>): Job {
    const running = [...this.#entries.values()].filter(({ job }) => job.state === 'running').length;
    if (running >= MAX_RUNNING) {
      throw problem('jobs-busy', { most: MAX_RUNNING });
    }
    const id = this.#newId();
    const abort = new AbortController();
    const job: Job = {
      id,
      kind,
      title,
      state: 'running',
      startedAt: this.#clock.now(),
      endedAt: null,
      progress: { done: 0, total: null, perSecond: 0, etaSeconds: null },
      counts: null,
      exported: null,
      issues: 0,
      problem: null,
    };
    const report: JobReport = {
      signal: abort.signal,
      progress: ({ done, total, perSecond, etaSeconds }) =>
        this.#change(id, { progress: { done, total, perSecond, etaSeconds } }),
      counts: (counts) => this.#change(id, { counts: { ...counts } }),
      exported: (exported) => this.#change(id, { exported }),
      issues: (list, dropped) => this.#noteIssues(id, list, dropped),
    };
    // The work starts after the job is listed, so that its first report finds it.
    const finished = Promise.resolve()
      .then(() => {
        abort.signal.throwIfAborted();
        return work(report);
      })
      .then(
        () => this.#end(id, { state: 'done' }),
        (error: unknown) =>
          this.#end(
            id,
            abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', problem: problemOf(error) },
          ),
      );
    this.#entries.set(id, { job, issues: [], issuesDropped: 0, abort, finished });
    this.#forgetOldest();
    this.#tellSoon();
    return job;
  }

  /** Requests a job to stop; it ends on its own. Cancelling a finished job changes nothing. */
  cancel(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) throw problem('job-unknown');
    entry.abort.abort();
  }

  /** A page of a job's issues. Throws a Problem `job-unknown`. */
  issues(id: string, from: number): { issues: ImportIssue[]; next: number | null; dropped: number } {
    const entry = this.#entries.get(id);
    if (!entry) throw problem('job-unknown');
    const next = from + ISSUES_A_PAGE;
    return {
      issues: entry.issues.slice(from, next),
      next: next < entry.issues.length ? next : null,
      dropped: entry.issuesDropped,
    };
  }

  /** Newest first. */
  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job).reverse();
  }

  /** Calls back at once, then when jobs changed, a few times a second; returns how to stop. */
  watch(watcher: (jobs: Job[]) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.list());
    return () => this.#watchers.delete(watcher);
  }

  /** Cancels running jobs and waits for them to end. */
  async close(): Promise<void> {
    for (const { abort } of this.#entries.values()) abort.abort();
    await Promise.all([...this.#entries.values()].map(({ finished }) => finished));
    // Watchers go away with the community.
    this.#tell();
  }

  #noteIssues(id: string, list: readonly ImportIssue[], dropped: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.issues = list;
    entry.issuesDropped = dropped;
    this.#change(id, { issues: list.length + dropped });
  }

  #change(id: string, changes: Partial<Job>): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.job.state !== 'running') return;
    entry.job = { ...entry.job, ...changes };
    this.#tellSoon();
  }

  #end(id: string, changes: Partial<Job>): void {
    this.#change(id, { ...changes, endedAt: this.#clock.now() });
  }

  #forgetOldest(): void {
    for (const [id, { job }] of this.#entries) {
      if (this.#entries.size <= MAX_KEPT) return;
      if (job.state !== 'running') this.#entries.delete(id);
    }
  }

  #tell(): void {
    const jobs = this.list();
    for (const watcher of this.#watchers) watcher(jobs);
  }
}
