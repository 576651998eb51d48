import { useEffect, useRef, useState } from 'react';
import { t } from '../../messages/en.ts';
import { Button, Loading, Notice } from '../../ui/index.ts';
import { PhraseCheck } from '../../identity/PhraseCheck.tsx';
import { PhraseWords } from '../../identity/PhraseWords.tsx';
import { usePhrase } from '../../identity/usePhrase.tsx';

const words = t.onboarding;

/** Step 3: writing down the 24 words and confirming three of them. */
export function PhraseStep({ onDone }: { onDone: () => void }) {
  const { words: phrase, fault, show } = usePhrase();
  const [stage, setStage] = useState<'show' | 'check' | 'done'>('show');
  // At once, and only once: later the person asks, with a passphrase.
  const first = useRef(show);
  useEffect(() => first.current(), []);
  if (stage === 'check')
    return <PhraseCheck onConfirmed={() => setStage('done')} onShowAgain={() => setStage('show')} />;
  if (stage === 'done')
    return (
      <div className="step">
        <Notice severity="good" title={words.confirmed} live />
        <div className="steps-buttons">
          <Button kind="main" onPress={onDone} autoFocus>
            {words.finish}
          </Button>
        </div>
      </div>
    );
  return (
    <div className="step">
      <p className="measure">{words.phraseWhy}</p>
      {fault}
      {phrase === null && fault === null && <Loading what={words.phraseLoading} />}
      {phrase !== null && <PhraseWords words={phrase} />}
      <div className="steps-buttons">
        <span className="soft small">{words.laterMeans}</span>
        <Button onPress={onDone}>{words.later}</Button>
        <Button kind="main" onPress={() => setStage('check')} isDisabled={phrase === null}>
          {words.written}
        </Button>
      </div>
    </div>
  );
}
