import { t } from '../messages/en.ts';
import './identity.css';

/** The 24 words, numbered as they should stand on paper. */
export function PhraseWords({ words }: { words: readonly string[] }) {
  return (
    <ol className="phrase" aria-label={t.onboarding.phraseList}>
      {words.map((word, index) => (
        <li key={`${index}-${word}`}>
          <span className="phrase-number mono soft" aria-hidden="true">
            {index + 1}
          </span>
          <span className="mono phrase-word">{word}</span>
        </li>
      ))}
    </ol>
  );
}
