import * as z from 'zod';
import { Calibration, TONGUES } from '../../moderation/calibration.ts';
import { BUCKETS } from '../../moderation/features.ts';
import type { FirstWeights } from '../../moderation/first-stage.ts';
import { HEADS } from '../../moderation/heads.ts';
import type { Encoders, SecondStage } from '../../moderation/judge.ts';
import { TEXT_PARTS, type ModelPart, type ModelStatus } from '../../moderation/manifest.ts';
import { bytesOf, messageOf, statusOf, verifiedFiles } from './files.ts';
import { dataOf, native, runtime, sessionOf, type Runtime } from './runtime.ts';

/** What could be loaded of the models; null stands for what is missing or broken. */
export interface LoadedModels {
  readonly first: FirstWeights | null;
  readonly second: Encoders;
  readonly calibration: Calibration | null;
  readonly statuses: readonly ModelStatus[];
}

const VocabularyFile = z.strictObject({
  pieces: z.array(z.string().max(64)).max(100_000),
  scores: z.array(z.number()).max(100_000).optional(),
});
/** Filling for lines shorter than the longest of their batch. */
const PAD = 1n;

/**
 * Verifies and loads the models of a folder. Sessions use one thread each: whoever asks runs one to a
 * worker. Never throws; a model that does not load is `broken` in the statuses.
 */
export async function loadModels(folder: string): Promise<LoadedModels> {
  const files = await verifiedFiles(folder, TEXT_PARTS);
  const faults = new Map<ModelPart, string>();
  const attempt = async <T>(
    part: ModelPart,
    load: (bytes: Uint8Array) => T | Promise<T>,
  ): Promise<T | null> => {
    const bytes = bytesOf(files, part);
    if (bytes === null) return null;
    try {
      return await load(bytes);
    } catch (error) {
      faults.set(part, `It does not load: ${messageOf(error)}`);
      return null;
    }
  };
  const json = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
  const calibration = await attempt('calibration', (bytes) => Calibration.parse(json(bytes)));
  const first = await attempt('first', async (bytes) => firstWeights(await runtime(), bytes));
  const second: { -readonly [T in keyof Encoders]: Encoders[T] } = {};
  for (const tongue of TONGUES) {
    const vocabulary = await attempt(`${tongue}-pieces`, (bytes) => VocabularyFile.parse(json(bytes)));
    const stage = await attempt(tongue, async (bytes) => secondStage(await runtime(), bytes));
    if (vocabulary !== null && stage !== null) second[tongue] = { stage, vocabulary };
  }
  return {
    first,
    second,
    calibration,
    statuses: files.map((file) => statusOf(file, faults)),
  };
}

/** Takes the whole table out of the first stage's graph: a message is then a sum of rows. */
async function firstWeights(onnx: Runtime, bytes: Uint8Array): Promise<FirstWeights> {
  const session = await sessionOf(onnx, bytes, { graphOptimizationLevel: 'disabled' });
  const { Tensor } = onnx;
  const ids = Int32Array.from({ length: BUCKETS }, (_, id) => id);
  const answer = await native(() =>
    session.run({ ids: new Tensor('int32', ids, [BUCKETS]) }, ['rows', 'scales', 'bias']),
  );
  const weights = {
    table: dataOf(answer['rows'], Int8Array),
    scales: dataOf(answer['scales'], Float32Array),
    bias: dataOf(answer['bias'], Float32Array),
  };
  await native(() => session.release());
  return weights;
}

async function secondStage(onnx: Runtime, bytes: Uint8Array): Promise<SecondStage> {
  const session = await sessionOf(onnx, bytes);
  const { Tensor } = onnx;
  return {
    async run(lines) {
      const longest = lines.reduce((most, line) => Math.max(most, line.length), 1);
      const ids = new BigInt64Array(lines.length * longest).fill(PAD);
      for (const [row, line] of lines.entries()) {
        for (const [at, id] of line.entries()) ids[row * longest + at] = BigInt(id);
      }
      const input = new Tensor('int64', ids, [lines.length, longest]);
      const answer = await native(() => session.run({ ids: input }, ['logits']));
      const logits = dataOf(answer['logits'], Float32Array);
      if (logits.length !== lines.length * HEADS.length)
        throw new Error('the second stage answered in another shape');
      return lines.map((_, row) => logits.slice(row * HEADS.length, (row + 1) * HEADS.length));
    },
  };
}
