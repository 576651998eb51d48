import { LABELS, type Label, type Scores } from './labels.ts';
import type { Judgement, Span } from './classifier.ts';

/** `publish` shows it, `queue` waits for a person, `quarantine` hides it until a person says otherwise. */
export type Decision = 'publish' | 'queue' | 'quarantine';

/** From which probability on a head asks for a person, and from which it hides at once. */
export interface Bounds {
  readonly queue: number;
  readonly quarantine: number;
}

/** Bounds by head; heads that are not named decide nothing. */
export type Thresholds = Readonly<Partial<Record<Label, Bounds>>>;

/** How closely somebody's messages are looked at: 1 as they are, below 1 more leniently. */
export type Scrutiny = 'full' | 'trusted' | 'none';

/** Why a message was not simply published. */
export interface Reason {
  /** A head, a rule's name, or `late`, `overload`, `too-long`, `no-models`, `unreadable`. */
  readonly code: string;
  readonly detail: string;
}

export interface Verdict {
  readonly decision: Decision;
  /** How sure the decision is, 0 to 1. */
  readonly confidence: number;
  readonly reasons: readonly Reason[];
  readonly spans: readonly Span[];
  /** Heads that speak for themselves, that is with more than even odds. */
  readonly labels: readonly Label[];
}

/** A rule's word beside the models'. */
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

/** What is known of a trusted author stands against this part of the way to certainty. */
const TRUSTED_SHARE = 0.5;
const LABEL = 0.5;
/** Word lists ask a person at most: they know words, not what is meant. */
const WORD_LIST_BOUNDS: Bounds = { queue: 0.5, quarantine: Number.POSITIVE_INFINITY };
const rank: Readonly<Record<Decision, number>> = { publish: 0, queue: 1, quarantine: 2 };

/**
 * Decides on a message from what the models and the rules say.
 *
 * @param scrutiny a trusted author's bounds lie halfway nearer to certainty, and their messages are
 * queued at most; `none` heeds rules alone.
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

const TOO_LONG: Reason = { code: 'too-long', detail: 'Only its beginning and its end were read.' };

function byLabel(label: Label, score: number, bounds: Bounds, scrutiny: Scrutiny): Finding | null {
  const nearer = (bound: number) => (scrutiny === 'trusted' ? bound + (1 - bound) * TRUSTED_SHARE : bound);
  const reason = { code: label, detail: `${label} ${score.toFixed(2)}` };
  if (score >= nearer(bounds.quarantine)) {
    return { decision: scrutiny === 'trusted' ? 'queue' : 'quarantine', reason };
  }
  return score >= nearer(bounds.queue) ? { decision: 'queue', reason } : null;
}

/** The probability of the worst head: that it is so, or for what is published that none of it is so. */
function confidenceOf(decision: Decision, scores: Scores, thresholds: Thresholds, ruled: boolean): number {
  const worst = LABELS.reduce(
    (most, label) => (thresholds[label] === undefined ? most : Math.max(most, scores[label])),
    0,
  );
  if (decision === 'publish') return 1 - worst;
  return ruled ? Math.max(worst, RULE_CONFIDENCE) : worst;
}

/** A rule says what it says: it is as sure as whoever set it. */
const RULE_CONFIDENCE = 0.9;
