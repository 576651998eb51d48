import { oneLine, jsonText } from '../text.ts';
import * as z from 'zod';
import { DEFAULT_THRESHOLDS, type Finding, type Outcome } from '../../moderation/index.ts';
import type { Io } from '../io.ts';
import { judgedImage, type Judging } from './images.ts';

/** One result of `impulse moderate --jsonl`; its fields are an interface that programs rely on. */
export interface Record {
  readonly id: string | number | null;
  readonly spam_score: number | null;
  readonly toxicity_score: number | null;
  readonly nsfw_score: number | null;
  readonly labels: readonly string[];
  readonly language: string | null;
  readonly decision: 'publish' | 'queue' | 'quarantine';
  readonly confidence: number;
  readonly flagged_terms: readonly string[];
  readonly stage: 'first' | 'second' | 'rules' | 'image' | 'none';
  readonly latency_ms: number;
}

const Input = z.looseObject({
  id: z.union([z.string().max(1000), z.number()]).optional(),
  text: z.string().optional(),
  image: z.string().max(4096).optional(),
});

const MAX_LINE = 4 * 1024 * 1024;
/** How many results may wait for their turn to be written. */
const MAX_AHEAD = 512;

/** Judges standard input line by line; results are in the order of the lines. */
export async function moderateLines(
  io: Io,
  judging: Judging,
  listed: (text: string) => readonly Finding[],
): Promise<void> {
  let written = Promise.resolve();
  let number = 0;
  for await (const line of io.lines(MAX_LINE)) {
    number += 1;
    if (io.signal.aborted) break;
    if (line !== null && line.trim() === '') continue;
    await judging.engine.room();
    // Images are judged one after the other: a line is read when it is its image's turn.
    if (line?.includes('"image"') === true) await written;
    const answer = answerOf(line, number, io, judging, listed);
    written = written.then(async () => io.out(jsonText(await answer, 0)));
    if (number % MAX_AHEAD === 0) await written;
  }
  await written;
}

async function answerOf(
  line: string | null,
  number: number,
  io: Io,
  judging: Judging,
  listed: (text: string) => readonly Finding[],
): Promise<Record> {
  const refuse = (why: string, id: Record['id'] = null): Record => {
    io.err(`Line ${number}: ${why}\n`);
    return unjudged(id);
  };
  if (line === null) return refuse('it is longer than the limit.');
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return refuse('it is not JSON.');
  }
  const parsed = Input.safeParse(json);
  if (!parsed.success) return refuse('it is not an object with id and text.');
  const { id = null, text, image } = parsed.data;
  if (text === undefined && image === undefined) return refuse('it has neither text nor image.', id);
  const [spoken, shown] = await Promise.all([
    text === undefined
      ? null
      : judging.engine.submit({ text, thresholds: DEFAULT_THRESHOLDS, findings: listed(text) }),
    image === undefined ? null : judgedImage(image, judging),
  ]);
  const records = [spoken, shown].flatMap((outcome) => (outcome === null ? [] : [recordOf(id, outcome)]));
  if (shown?.judgement === null)
    io.err(`Line ${number}: ${shown.verdict.reasons.map(({ detail }) => oneLine(detail)).join(' ')}\n`);
  return records.reduce(worse);
}

const RANK = { publish: 0, queue: 1, quarantine: 2 } as const;

/** A text and its image as one: the more severe decision, and all scores. */
function worse(text: Record, image: Record): Record {
  const decisive = RANK[image.decision] > RANK[text.decision] ? image : text;
  const nsfw = [text.nsfw_score, image.nsfw_score].filter((score) => score !== null);
  return {
    ...text,
    nsfw_score: nsfw.length === 0 ? null : Math.max(...nsfw),
    labels: [...new Set([...text.labels, ...image.labels])],
    decision: decisive.decision,
    confidence: decisive.confidence,
    stage: decisive.stage,
    latency_ms: Math.max(text.latency_ms, image.latency_ms),
  };
}

/** A line that could not be judged waits for a person. */
const unjudged = (id: Record['id']): Record => ({
  id,
  spam_score: null,
  toxicity_score: null,
  nsfw_score: null,
  labels: [],
  language: null,
  decision: 'queue',
  confidence: 0,
  flagged_terms: [],
  stage: 'none',
  latency_ms: 0,
});

function recordOf(id: Record['id'], { verdict, judgement, latencyMs }: Outcome): Record {
  if (judgement === null) return { ...unjudged(id), decision: verdict.decision, latency_ms: latencyMs };
  const { scores, stage, language } = judgement;
  return {
    id,
    // An image has no scores for spam and toxicity.
    spam_score: stage === 'image' ? null : rounded(scores.spam),
    toxicity_score: stage === 'image' ? null : rounded(scores.toxic),
    nsfw_score: rounded(scores.nsfw),
    labels: verdict.labels,
    language,
    decision: verdict.decision,
    confidence: rounded(verdict.confidence),
    flagged_terms: [...new Set(verdict.spans.map(({ term }) => term))],
    stage,
    latency_ms: latencyMs,
  };
}

const rounded = (value: number) => Math.round(value * 1e6) / 1e6;
