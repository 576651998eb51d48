import { problemOf } from '../kernel/errors.ts';
import { decide, type Finding, type Scrutiny, type Thresholds } from './decision.ts';
import type { ImageClassifiers, Picture } from './ports.ts';

/** The declared types that are treated as images; the classifiers detect the type from the bytes. */
const PICTURE = /^image\/(?:jpeg|png|gif|webp)$/;

/** The images among files, as the gate needs them. */
export function picturesIn(
  files: readonly { readonly cid: Uint8Array; readonly name: string; readonly type: string }[],
): Picture[] {
  return files.filter(({ type }) => PICTURE.test(type)).map(({ cid, name }) => ({ file: cid, name }));
}

/** The probability that an image is NSFW. */
export interface SeenPicture {
  readonly file: Uint8Array;
  readonly nsfw: number;
}

/**
 * The findings of a message's images, the judgement of each, and which of them are not here. An image that
 * cannot be judged waits for a person [J7].
 */
export async function pictureFindings(
  classifiers: ImageClassifiers,
  readFile: (digest: Uint8Array) => Promise<Uint8Array | null>,
  pictures: readonly Picture[],
  thresholds: Thresholds,
  scrutiny: Scrutiny,
): Promise<{ found: Finding[]; seen: SeenPicture[]; unseen: Uint8Array[] }> {
  const found: Finding[] = [];
  const seen: SeenPicture[] = [];
  const unseen: Uint8Array[] = [];
  for (const { file, name } of pictures) {
    try {
      const bytes = await readFile(file);
      if (bytes === null) {
        unseen.push(file);
        continue;
      }
      const judgement = await classifiers.judgeImage(bytes);
      const { nsfw } = judgement.scores;
      seen.push({ file, nsfw });
      const { decision } = decide(judgement, thresholds, [], scrutiny);
      const detail = `${name}: nsfw ${nsfw.toFixed(2)}`;
      if (decision !== 'publish') found.push({ decision, reason: { code: 'nsfw', detail } });
    } catch (error) {
      const { code, message } = problemOf(error);
      found.push({ decision: 'queue', reason: { code, detail: `${name}: ${message}` } });
    }
  }
  return { found, seen, unseen };
}
