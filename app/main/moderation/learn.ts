import type { Thresholds } from './decision.ts';
import { LABELS, type Label, type Scores } from './labels.ts';
import type { Learnt } from './scopes.ts';

/** [J22] The least number of decisions for calibration, and the least of either kind. */
export const LEAST_DECISIONS = 30;
const LEAST_OF_A_KIND = 5;
/** A cleared message says nothing about labels with a lower score. */
const SPOKE = 0.1;
/** The weight of the shipped calibration: equal to this many decisions. */
const PRIOR = 2;
const STEPS = 50;
const MIN_SCALE = 0.05;
const MAX = 20;

/** The scores of the models for a message, and whether people held it back. */
export interface Decided {
  readonly scores: Scores;
  readonly bad: boolean;
}

/**
 * Fits a curve per label to the decisions of people (Platt, 1999, with his smoothed targets), regularised
 * towards unchanged probabilities. Null if no label has enough decisions.
 */
export function learn(decided: readonly Decided[], bounds: Thresholds): Learnt | null {
  const labels: Learnt['labels'] = {};
  for (const label of LABELS) {
    if (!bounds[label]) continue;
    const about = decided.filter(({ scores, bad }) =>
      bad ? worstOf(scores, bounds) === label : scores[label] >= SPOKE,
    );
    const bad = about.filter((one) => one.bad).length;
    if (about.length < LEAST_DECISIONS || Math.min(bad, about.length - bad) < LEAST_OF_A_KIND) continue;
    labels[label] = fit(
      about.map(({ scores }) => logit(scores[label])),
      about.map((one) => one.bad),
    );
  }
  return Object.keys(labels).length === 0 ? null : { samples: decided.length, labels };
}

function worstOf(scores: Scores, bounds: Thresholds): Label {
  return LABELS.filter((label) => bounds[label]).reduce((worst, label) =>
    scores[label] > scores[worst] ? label : worst,
  );
}

/** Newton's method on the penalised likelihood of two numbers: it is convex, and small. */
function fit(xs: readonly number[], bad: readonly boolean[]): { scale: number; shift: number } {
  const yes = bad.filter(Boolean).length;
  const high = (yes + 1) / (yes + 2);
  const low = 1 / (bad.length - yes + 2);
  let [scale, shift] = [1, 0];
  for (let step = 0; step < STEPS; step++) {
    let [gs, gb] = [PRIOR * (scale - 1), PRIOR * shift];
    let [hss, hsb, hbb] = [PRIOR, 0, PRIOR];
    for (const [at, x] of xs.entries()) {
      const p = 1 / (1 + Math.exp(-(scale * x + shift)));
      const off = p - (bad[at] ? high : low);
      const weight = Math.max(1e-6, p * (1 - p));
      gs += off * x;
      gb += off;
      hss += weight * x * x;
      hsb += weight * x;
      hbb += weight;
    }
    const determinant = hss * hbb - hsb * hsb;
    const [ds, db] = [(hbb * gs - hsb * gb) / determinant, (hss * gb - hsb * gs) / determinant];
    scale = clamp(scale - clamp(ds, 1), MAX);
    shift = clamp(shift - clamp(db, 1), MAX);
    if (Math.abs(ds) + Math.abs(db) < 1e-9) break;
  }
  return { scale: Math.max(MIN_SCALE, scale), shift };
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(-most, value));
const logit = (p: number) => {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(inside / (1 - inside));
};
