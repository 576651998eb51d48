import { useState } from 'react';
import type { Problem } from '../../../contract/index.ts';
import { problemOf, useNodeClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Button, ProblemNotice, LiveRegion, TextArea } from '../../ui/index.ts';
import { wordsOf } from '../../identity/phrase.ts';

const words = t.onboarding;

/** Restores an identity from its 24 words, before a community is chosen. */
export function RestoreStep({ onBack, onRestored }: { onBack: () => void; onRestored: () => void }) {
  const client = useNodeClient();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const typed = wordsOf(text);
  const restore = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await client.identity.restore({ words: typed });
      onRestored();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <div className="step">
      <TextArea
        label={words.restoreLabel}
        hint={words.restoreHint}
        value={text}
        onChange={setText}
        rows={5}
        mono
        autoFocus
      />
      <LiveRegion>{busy ? words.restoring : words.restoreCount(typed.length)}</LiveRegion>
      {problem !== null && <ProblemNotice problem={problem} />}
      <div className="steps-buttons">
        <Button onPress={onBack}>{t.common.back}</Button>
        <Button kind="main" onPress={() => void restore()} isDisabled={typed.length !== 24 || busy}>
          {words.restoreNow}
        </Button>
      </div>
    </div>
  );
}
