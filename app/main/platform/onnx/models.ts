import * as z from 'zod';
import {
  Calibration,
  LANGUAGES,
  BUCKETS,
  LABELS,
  TEXT_PARTS,
  type FirstWeights,
  languageDetector,
  type Encoders,
  type LanguageDetector,
  type SecondStage,
  type ModelPart,
  type ModelStatus,
} from '../../moderation/adapter-ports.ts';
import { bytesOf, messageOf, statusOf, verifiedFiles, type SharedFiles } from './files.ts';
import { dataOf, native, runtime, sessionOf, type Runtime } from './runtime.ts';
import { tensorsOf, type Kept } from './tensors.ts';

/** The loaded models; null for each that is missing or broken. */
export interface LoadedModels {
  readonly languages: LanguageDetector | null;
  readonly first: FirstWeights | null;
  readonly second: Encoders;
  readonly calibration: Calibration | null;
  readonly statuses: readonly ModelStatus[];
}

const VocabularyFile = z
  .strictObject({
    pieces: z.array(z.string().max(64)).max(100_000),
    scores: z.array(z.number()).max(100_000).optional(),
  })
  .transform(({ pieces, scores }) => ({ tokens: pieces, scores }));
/** Padding for lines shorter than the longest of their batch. */
const PAD = 1n;

/**
 * Verifies and loads the models of a folder. Each session uses one thread: callers run one per
 * worker; files already in shared memory are not read again. Never throws; a model that does
 * not load is `broken` in the statuses.
 */
export async function loadModels(folder: string, shared: SharedFiles = {}): Promise<LoadedModels> {
  const files = await verifiedFiles(folder, TEXT_PARTS, shared);
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
  const languages = await attempt('languages', languageDetector);
  const first = await attempt('first', firstWeights);
  const second: { -readonly [T in keyof Encoders]: Encoders[T] } = {};
  for (const language of LANGUAGES) {
    const vocabulary = await attempt(`${language}-pieces`, (bytes) => VocabularyFile.parse(json(bytes)));
    const stage = await attempt(language, async (bytes) => secondStage(await runtime(), bytes));
    if (vocabulary !== null && stage !== null) second[language] = { stage, vocabulary };
  }
  return {
    languages,
    first,
    second,
    calibration,
    statuses: files.map((file) => statusOf(file, faults)),
  };
}

/** Extracts the table from the first stage's graph; a message is then a sum of rows. */
function firstWeights(bytes: Uint8Array): FirstWeights {
  const kept = tensorsOf(bytes);
  const tensor = (name: string): Kept => {
    const one = kept.get(name);
    if (one === undefined) throw new Error(`the first stage has no ${name}`);
    return one;
  };
  const { dims, bytes: table } = tensor('table');
  if (dims[0] !== BUCKETS || table.length !== BUCKETS * dims[1]!)
    throw new Error('the table of the first stage has another shape');
  return {
    table: new Int8Array(table.buffer, table.byteOffset, table.length),
    scales: floats(tensor('scale')),
    bias: floats(tensor('shift')),
  };
}

/** The numbers of a tensor, copied because its bytes may be unaligned. */
const floats = ({ bytes }: Kept): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

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
      const logits = dataOf(answer['logits']);
      if (logits.length !== lines.length * LABELS.length)
        throw new Error('the second stage answered in another shape');
      return lines.map((_, row) => logits.slice(row * LABELS.length, (row + 1) * LABELS.length));
    },
  };
}
