import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import {
  decide,
  DEFAULT_THRESHOLDS,
  MAX_IMAGE_BYTES,
  type Engine,
  type ImageClassifiers,
  type Outcome,
} from '../../moderation/index.ts';

/** The classifiers and settings that `moderate` uses. */
export interface Judging {
  readonly engine: Engine;
  readonly images: ImageClassifiers;
  readonly clock: Clock;
}

/**
 * Judges an image by its path. An image that cannot be read or judged waits for a person, with the reason.
 */
export async function judgedImage(path: string, { images, clock }: Judging): Promise<Outcome> {
  const since = clock.now();
  try {
    const judgement = await images.judgeImage(await bytesOf(resolve(path)));
    const verdict = decide(judgement, DEFAULT_THRESHOLDS);
    return { verdict, judgement, latencyMs: clock.now() - since };
  } catch (error) {
    const { code, message } = problemOf(error);
    return {
      verdict: {
        decision: 'queue',
        confidence: 0,
        reasons: [{ code, detail: message }],
        spans: [],
        labels: [],
      },
      judgement: null,
      latencyMs: clock.now() - since,
    };
  }
}

/** A file's bytes, at most one more than may be judged, and only of plain files: a pipe has no end. */
async function bytesOf(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Error('the image could not be opened.', { cause });
  });
  if (!found.isFile()) throw new Error('the image is not a file.');
  const { size } = found;
  return size > MAX_IMAGE_BYTES ? new Uint8Array(MAX_IMAGE_BYTES + 1) : readFile(path);
}
