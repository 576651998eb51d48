import { LABELS, type Label, type Scores } from './labels.ts';
import type { Judgement, Span } from './classifier.ts';
import { problem } from './problems.ts';

/**
 * `publish` shows the message, `queue` waits for a person, `quarantine` hides it until a person decides
 * otherwise.
 */
export type Decision = 'publish' | 'queue' | 'quarantine';

/** The probability from which on a label queues a message, and the one from which it quarantines it. */
export interface Bounds {
  readonly queue: number;
  readonly quarantine: number;
}

/** Bounds by label; labels without bounds decide nothing. */
export type Thresholds = Readonly<Partial<Record<Label, Bounds>>>;

/** How strictly an author's messages are judged: in full, by a trusted author's bounds, or by rules only. */
export type Scrutiny = 'full' | 'trusted' | 'none';

/** Why a message was not published at once. */
export interface Reason {
  /** A label, the name of a rule, or `late`, `overload`, `too-long`, `no-models`, `unreadable`. */
  readonly code: string;
  readonly detail: string;
}

export interface Verdict {
  readonly decision: Decision;
  /** The confidence of the decision, 0 to 1. */
  readonly confidence: number;
  readonly reasons: readonly Reason[];
  readonly spans: readonly Span[];
  /** Labels with a probability above one half. */
  readonly labels: readonly Label[];
}

/** A finding of a rule, beside the models. */
export interface Finding {
  readonly decision: Exclude<Decision, 'publish'>;
  readonly reason: Reason;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  spam: { queue: 0.5, quarantine: 0.9 },
  toxic: { queue: 0.6, quarantine: 0.9 },
  severe: { queue: 0.5, quarantine: 0.9 },
  threat: { queue: 0.5, quarantine: 0.9 },
  identity: { queue: 0.6, quarantine: 0.95 },
  nsfw: { queue: 0.6, quarantine: 0.95 },
};

/** Trust moves the bounds by this part of the distance to certainty. */
const TRUSTED_SHARE = 0.5;
const LABEL = 0.5;
/** Word lists queue a message at most: they match words, not meaning. */
const WORD_LIST_BOUNDS: Bounds = { queue: 0.5, quarantine: Number.POSITIVE_INFINITY };
const rank: Readonly<Record<Decision, number>> = { publish: 0, queue: 1, quarantine: 2 };

/**
 * Decides on a message from the results of models and rules.
 * @param scrutiny a trusted author's bounds are halfway nearer to certainty, and their messages are queued at
 * most; `none` uses rules alone.
 */
export function decide(
  judgement: Judgement,
  thresholds: Thresholds,
  findings: readonly Finding[] = [],
  scrutiny: Scrutiny = 'full',
): Verdict {
  const { scores, spans, cut, stage } = judgement;
  const found = [...findings];
  if (scrutiny !== 'none') {
    for (const label of LABELS) {
      const bounds = thresholds[label] && (stage === 'rules' ? WORD_LIST_BOUNDS : thresholds[label]);
      const said = bounds && byLabel(label, scores[label], bounds, scrutiny);
      if (said) found.push(said);
    }
    if (cut) found.push({ decision: 'queue', reason: TOO_LONG });
  }
  const decision = found.reduce<Decision>(
    (worst, { decision: next }) => (rank[next] > rank[worst] ? next : worst),
    'publish',
  );
  return {
    decision,
    confidence: confidenceOf(decision, scores, thresholds, findings.length > 0),
    reasons: found.map(({ reason }) => reason),
    spans,
    labels: LABELS.filter((label) => scores[label] >= LABEL),
  };
}

const TOO_LONG: Reason = { code: 'too-long', detail: problem.fields('too-long').message };

function byLabel(label: Label, score: number, bounds: Bounds, scrutiny: Scrutiny): Finding | null {
  const nearer = (bound: number) => (scrutiny === 'trusted' ? bound + (1 - bound) * TRUSTED_SHARE : bound);
  const reason = { code: label, detail: `${label} ${score.toFixed(2)}` };
  if (score >= nearer(bounds.quarantine)) {
    return { decision: scrutiny === 'trusted' ? 'queue' : 'quarantine', reason };
  }
  return score >= nearer(bounds.queue) ? { decision: 'queue', reason } : null;
}

/** The probability of the worst label; for a published message, the probability that none applies. */
function confidenceOf(decision: Decision, scores: Scores, thresholds: Thresholds, ruled: boolean): number {
  const worst = LABELS.reduce(
    (most, label) => (thresholds[label] === undefined ? most : Math.max(most, scores[label])),
    0,
  );
  if (decision === 'publish') return 1 - worst;
  return ruled ? Math.max(worst, RULE_CONFIDENCE) : worst;
}

/** The confidence of a finding by rules. */
const RULE_CONFIDENCE = 0.9;
