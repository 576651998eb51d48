import * as z from 'zod';
import { HEADS, type Head, type Scores } from './heads.ts';

const Weight = z.number().min(-1000).max(1000);
const perHead = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(HEADS.map((head) => [head, value])) as Record<Head, T>);

/** How logits become probabilities, fitted on the validation split; a file of `resources/models`. */
export const Calibration = z.strictObject({
  version: z.literal(1),
  /** The first stage alone: probability = σ(scale · logit + shift). */
  first: perHead(z.strictObject({ scale: Weight, shift: Weight })),
  /** Both stages: probability = σ(first · logit1 + second · logit2 + shift). */
  both: perHead(z.strictObject({ first: Weight, second: Weight, shift: Weight })),
  /** The first stage's probabilities between which the second stage is asked, by head. */
  unclear: z.partialRecord(z.enum(HEADS), z.tuple([z.number(), z.number()])),
});
export type Calibration = z.infer<typeof Calibration>;

const probability = (logit: number) => 1 / (1 + Math.exp(-logit));

const scoresOf = (score: (head: Head, at: number) => number): Scores =>
  Object.fromEntries(HEADS.map((head, at) => [head, score(head, at)])) as Record<Head, number>;

/** Probabilities by the first stage alone. */
export function firstScores({ first }: Calibration, logits: Float32Array): Scores {
  return scoresOf((head, at) => probability(first[head].scale * logits[at]! + first[head].shift));
}

/** Probabilities by both stages together. */
export function bothScores({ both }: Calibration, one: Float32Array, two: Float32Array): Scores {
  return scoresOf((head, at) => {
    const weights = both[head];
    return probability(weights.first * one[at]! + weights.second * two[at]! + weights.shift);
  });
}

/** Whether the first stage alone leaves a message open. */
export function isUnclear({ unclear }: Calibration, scores: Scores): boolean {
  return HEADS.some((head) => {
    const between = unclear[head];
    return between !== undefined && scores[head] > between[0] && scores[head] < between[1];
  });
}
