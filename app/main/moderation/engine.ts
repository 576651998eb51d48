import type { Clock } from '../kernel/clock.ts';
import {
  decide,
  type Finding,
  type Reason,
  type Scrutiny,
  type Thresholds,
  type Verdict,
} from './decision.ts';
import type { Scores } from './labels.ts';
import type { Judgement } from './classifier.ts';
import type { Classifiers } from './ports.ts';
import { problem } from './problems.ts';

export interface EngineInit {
  readonly classifiers: Classifiers;
  readonly clock: Clock;
  /** How long a message may wait for its judgement before it is queued for a person. */
  readonly deadlineMs?: number;
  /** Messages that may wait at once; further ones are queued for a person without being judged. */
  readonly maxWaiting?: number;
  /** Characters (UTF-16 units) that may wait at once, summed over all messages. */
  readonly maxWaitingUnits?: number;
  /** Messages in one batch for a worker. */
  readonly batch?: number;
}

/** An incoming message. */
export interface Submission {
  readonly text: string;
  readonly thresholds: Thresholds;
  readonly scrutiny?: Scrutiny;
  /** The findings of the rules. */
  readonly findings?: readonly Finding[];
  /** The board's own calibration of the models' probabilities. */
  readonly calibrate?: (scores: Scores) => Scores;
  /** How long this message may wait, if not as long as all others. */
  readonly deadlineMs?: number;
}

export interface Outcome {
  readonly verdict: Verdict;
  /** Null if it was late or missing. */
  readonly judgement: Judgement | null;
  readonly latencyMs: number;
}

interface Waiting {
  readonly submission: Submission;
  readonly since: number;
  readonly settle: (outcome: Outcome) => void;
  cancel: () => void;
  settled: boolean;
}

const LATE: Reason = { code: 'late', detail: problem.fields('late').message };
const OVERLOAD: Reason = { code: 'overload', detail: problem.fields('overload').message };
const FAILED: Reason = { code: 'unreadable', detail: problem.fields('unreadable').message };
const NO_MODELS: Reason = { code: 'no-models', detail: problem.fields('no-models').message };

/**
 * Accepts messages, sends them to the classifiers in batches and answers each before its deadline. A message
 * whose judgement is late or fails waits for a person; nothing is published unjudged.
 */
export class Engine {
  readonly #classifiers: Classifiers;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #maxWaiting: number;
  readonly #maxWaitingUnits: number;
  readonly #batch: number;
  readonly #waiting: Waiting[] = [];
  readonly #room: (() => void)[] = [];
  #running = 0;
  #waitingUnits = 0;

  constructor(init: EngineInit) {
    this.#classifiers = init.classifiers;
    this.#clock = init.clock;
    this.#deadlineMs = init.deadlineMs ?? 5000;
    this.#maxWaiting = init.maxWaiting ?? 10_000;
    this.#maxWaitingUnits = init.maxWaitingUnits ?? 8_000_000;
    this.#batch = init.batch ?? 128;
  }

  /** Messages that wait or are being judged. */
  get pending(): number {
    return this.#waiting.length + this.#running * this.#batch;
  }

  /** Whether a message would wait for more than the batches that are being judged. */
  get isBusy(): boolean {
    return this.#waiting.length >= this.#batch;
  }

  /** Resolves once no classifier has more than one batch queued. */
  async room(): Promise<void> {
    while (this.#waiting.length >= this.#classifiers.lanes * this.#batch) {
      await new Promise<void>((go) => this.#room.push(go));
    }
  }

  /** Judges a message and decides on it. Never rejects. */
  submit(submission: Submission): Promise<Outcome> {
    return new Promise((settle) => {
      const since = this.#clock.now();
      const one: Waiting = { submission, since, settle, cancel: () => {}, settled: false };
      const units = this.#waitingUnits + submission.text.length;
      if (this.#waiting.length >= this.#maxWaiting || units > this.#maxWaitingUnits)
        return this.#hold(one, OVERLOAD);
      one.cancel = this.#clock.after(submission.deadlineMs ?? this.#deadlineMs, () => this.#hold(one, LATE));
      this.#waiting.push(one);
      this.#waitingUnits = units;
      // A batch collects the messages of one turn.
      queueMicrotask(() => this.#pump());
    });
  }

  #pump(): void {
    while (this.#running < this.#classifiers.lanes && this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, this.#batch);
      this.#waitingUnits -= taken.reduce((sum, { submission }) => sum + submission.text.length, 0);
      const batch = taken.filter(({ settled }) => !settled);
      for (const go of this.#room.splice(0)) go();
      if (batch.length === 0) continue;
      this.#running += 1;
      void this.#judge(batch).then(() => {
        this.#running -= 1;
        this.#pump();
      });
    }
  }

  async #judge(batch: readonly Waiting[]): Promise<void> {
    let judgements: readonly Judgement[];
    try {
      judgements = await this.#classifiers.judge(batch.map(({ submission }) => submission.text));
    } catch {
      // Each message is retried alone, so that one faulty message never blocks another.
      if (batch.length === 1) this.#hold(batch[0]!, FAILED);
      else for (const one of batch) await this.#judge([one]);
      return;
    }
    for (const [at, one] of batch.entries()) this.#settle(one, judgements[at]!);
  }

  #settle(one: Waiting, judgement: Judgement): void {
    const latencyMs = this.#clock.now() - one.since;
    this.#answer(one, { verdict: verdictOf(judgement, one.submission), judgement, latencyMs });
  }

  /** Answers without a judgement: a person must review it. */
  #hold(one: Waiting, reason: Reason): void {
    const reasons = [...(one.submission.findings ?? []).map((finding) => finding.reason), reason];
    const hidden = one.submission.findings?.some(({ decision }) => decision === 'quarantine') === true;
    this.#answer(one, {
      verdict: { decision: hidden ? 'quarantine' : 'queue', confidence: 0, reasons, spans: [], labels: [] },
      judgement: null,
      latencyMs: this.#clock.now() - one.since,
    });
  }

  #answer(one: Waiting, outcome: Outcome): void {
    if (one.settled) return;
    one.settled = true;
    one.cancel();
    one.settle(outcome);
  }
}

/** The verdict on a message whose judgement is known. */
export function verdictOf(judgement: Judgement, submission: Omit<Submission, 'text'>): Verdict {
  const { thresholds, findings = [], scrutiny, calibrate } = submission;
  const judged = calibrate ? { ...judgement, scores: calibrate(judgement.scores) } : judgement;
  const verdict = decide(judged, thresholds, findings, scrutiny);
  const ruled = judgement.stage === 'rules' && verdict.decision !== 'publish';
  return ruled ? { ...verdict, reasons: [...verdict.reasons, NO_MODELS] } : verdict;
}
