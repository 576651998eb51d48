import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import {
  areaUnderCurve,
  DEFAULT_THRESHOLDS,
  share,
  type Engine,
  type Measured,
} from '../../moderation/index.ts';
import { readGiven } from '../given-file.ts';
import { table } from '../text.ts';
import { problem } from '../problems.ts';

const LABELS = ['spam', 'toxic', 'nsfw'] as const;
type Judged = (typeof LABELS)[number];

/** The measurements of the models on a file of labelled texts. */
export interface Evaluation {
  readonly file: string;
  readonly head: Judged;
  readonly rows: number;
  readonly positives: number;
  readonly area: Measured;
  /** At a threshold of one half. */
  readonly accuracy: Measured;
  readonly falsePositives: Measured;
  /** Of the rows without the label: how many were not published at the default bounds. */
  readonly heldBack: Measured;
  /** How many the second stage judged. */
  readonly second: Measured;
}

const Row = z.looseObject({ text: z.string(), label: z.string() });
/** Labels that mean nothing is wrong; every other label means something is. */
const FINE = new Set([
  'ham',
  'ok',
  'normal',
  'other',
  'neither',
  'non-toxic',
  'not sexist',
  'non-hateful',
  'benign_safe',
  'benign_unsafe_topic',
]);
const SPAM = new Set(['ham', 'spam', 'smishing']);
const EVEN = 0.5;
const MAX_BYTES = 512 * 1024 * 1024;

/** Judges every row of every file and measures the results against the labels. */
export async function evaluate(
  engine: Engine,
  files: readonly string[],
  head: string | undefined,
): Promise<readonly Evaluation[]> {
  const wanted = LABELS.find((name) => name === head);
  if (head !== undefined && wanted === undefined) throw problem('unknown-label');
  const found: Evaluation[] = [];
  for (const file of files) {
    const rows = await labelled(file);
    found.push(
      await measure(
        engine,
        file,
        rows,
        wanted ?? (rows.every(({ label }) => SPAM.has(label)) ? 'spam' : 'toxic'),
      ),
    );
  }
  return found;
}

async function labelled(file: string): Promise<readonly z.infer<typeof Row>[]> {
  let bytes = await readGiven(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: MAX_BYTES });
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      try {
        return Row.parse(JSON.parse(line));
      } catch (error) {
        throw problem('unreadable-row', { line: at + 1, file }, { cause: error });
      }
    });
}

async function measure(
  engine: Engine,
  file: string,
  rows: readonly z.infer<typeof Row>[],
  head: Judged,
): Promise<Evaluation> {
  const answers: Promise<{ score: number; published: boolean; second: boolean }>[] = [];
  for (const { text } of rows) {
    await engine.room();
    answers.push(
      engine.submit({ text, thresholds: DEFAULT_THRESHOLDS }).then(({ judgement, verdict }) => ({
        score: judgement?.scores[head] ?? EVEN,
        published: verdict.decision === 'publish',
        second: judgement?.stage === 'second',
      })),
    );
  }
  const said = await Promise.all(answers);
  const truth = rows.map(({ label }) => !FINE.has(label));
  const fine = said.filter((_, at) => !truth[at]);
  return {
    file: basename(file),
    head,
    rows: rows.length,
    positives: truth.filter(Boolean).length,
    area: areaUnderCurve(
      said.map(({ score }) => score),
      truth,
    ),
    accuracy: share(said.filter(({ score }, at) => score >= EVEN === truth[at]).length, rows.length),
    falsePositives: share(fine.filter(({ score }) => score >= EVEN).length, fine.length),
    heldBack: share(fine.filter(({ published }) => !published).length, fine.length),
    second: share(said.filter(({ second }) => second).length, rows.length),
  };
}

const withInterval = ({ value, low, high }: Measured, digits: number, scale: number): string =>
  Number.isNaN(value)
    ? 'none'
    : `${(value * scale).toFixed(digits)} (${(low * scale).toFixed(digits)} to ${(high * scale).toFixed(digits)})`;

/** A table with 95 % intervals. */
export function evaluationText(found: readonly Evaluation[]): string {
  return table(
    [
      'File',
      'Head',
      'Rows',
      'Positive',
      'ROC AUC',
      'Accuracy %',
      'False positives %',
      'Held back %',
      'Second stage %',
    ],
    found.map((one) => [
      one.file,
      one.head,
      one.rows,
      one.positives,
      withInterval(one.area, 3, 1),
      withInterval(one.accuracy, 2, 100),
      withInterval(one.falsePositives, 2, 100),
      withInterval(one.heldBack, 2, 100),
      withInterval(one.second, 1, 100),
    ]),
  );
}
