import { HEADS, type Head } from '../../moderation/heads.ts';
import type { Judgement } from '../../moderation/judge.ts';
import type { ImageJudges, Judges } from '../../moderation/ports.ts';

/** A text that says what is to be thought of it: `[spam 0.95]`, or a handle `spam 0.95`. */
const SAID = new RegExp(`\\[?(${HEADS.join('|')}) (0?\\.\\d+|0|1)\\]?`, 'g');

/** Judges that answer at once, by what a text says of itself: the rest is innocent. */
export function memoryJudges(): Judges & ImageJudges {
  return {
    lanes: 1,
    judge: async (texts) => texts.map(judgementOf),
    judgeImage: async (image) => ({ ...judgementOf(new TextDecoder().decode(image)), stage: 'image' }),
    status: async () => [],
    close: async () => {},
  };
}

function judgementOf(text: string): Judgement {
  const scores = Object.fromEntries(HEADS.map((head) => [head, 0])) as Record<Head, number>;
  const spans = [...text.matchAll(SAID)].map((match) => {
    const head = match[1] as Head;
    scores[head] = Number(match[2]);
    return { term: match[0], head, start: match.index, end: match.index + match[0].length };
  });
  return { scores, stage: 'first', language: null, spans, disguised: 0, cut: false };
}
