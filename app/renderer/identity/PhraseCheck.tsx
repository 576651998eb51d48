import { useState } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf, useNodeClient } from '../bridge/index.ts';
import { t } from '../messages/en.ts';
import { Button, Notice, ProblemNotice, TextField } from '../ui/index.ts';
import { placesToAsk } from './phrase.ts';
import './identity.css';

const words = t.onboarding;

/** Asks for three words of the phrase, to check that it was written down correctly. */
export function PhraseCheck({
  onConfirmed,
  onShowAgain,
}: {
  onConfirmed: () => void;
  onShowAgain: () => void;
}) {
  const client = useNodeClient();
  const [places] = useState(() => placesToAsk(Math.random));
  const [answers, setAnswers] = useState<Record<number, string>>({});
  const [wrong, setWrong] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const complete = places.every((place) => (answers[place] ?? '').trim() !== '');

  const check = async () => {
    if (!complete) return;
    setWrong(false);
    setProblem(null);
    try {
      const asked = places.map((index) => ({ index, word: (answers[index] ?? '').trim().toLowerCase() }));
      const { confirmed } = await client.identity.confirmPhrase({ answers: asked });
      if (confirmed) onConfirmed();
      else setWrong(true);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <div className="check">
      <h2 className="check-title">{words.checkTitle}</h2>
      <p className="soft">{words.checkWhy}</p>
      <div className="check-words">
        {places.map((place, index) => (
          <TextField
            key={place}
            label={words.word(place + 1)}
            value={answers[place] ?? ''}
            onChange={(value) => setAnswers((before) => ({ ...before, [place]: value }))}
            onEnter={() => void check()}
            autoFocus={index === 0}
            autoComplete="off"
            mono
          />
        ))}
      </div>
      {wrong && <Notice severity="attention" title={words.wrong} live />}
      {problem !== null && <ProblemNotice problem={problem} />}
      <div className="steps-buttons">
        <Button onPress={onShowAgain}>{words.showAgain}</Button>
        <Button kind="main" onPress={() => void check()} isDisabled={!complete}>
          {words.check}
        </Button>
      </div>
    </div>
  );
}
