import table from './normalise.json' with { type: 'json' };
import { LABELS, type Label, type Scores } from './labels.ts';
import type { Normalised } from './normalise.ts';

const foul = new Set(table.foul);
const spammy = new Set(table.spammy);

/** The label of a listed word when only words can be judged. */
export function labelOfWord(word: string): Label | null {
  if (foul.has(word)) return 'toxic';
  return spammy.has(word) ? 'spam' : null;
}

/** One listed word is enough to queue, and never enough to quarantine. */
const ONE_WORD = 0.6;
const MOST = 0.85;

/** Scores from word lists alone: the fallback when models are missing, switched off or broken. */
export function wordListScores({ readings }: Normalised): Scores {
  const counts = { toxic: 0, spam: 0 };
  for (const { words } of readings) {
    for (const word of words) {
      const label = labelOfWord(word);
      if (label === 'toxic' || label === 'spam') counts[label] += 1;
    }
  }
  const score = (count: number) => (count === 0 ? 0 : Math.min(MOST, ONE_WORD + 0.05 * (count - 1)));
  return Object.fromEntries(
    LABELS.map((label) => [label, label === 'toxic' || label === 'spam' ? score(counts[label]) : 0]),
  ) as Record<Label, number>;
}
