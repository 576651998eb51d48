import { useState } from 'react';
import { useNodeClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Button, Loading, Notice, ProblemNotice } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { PhraseCheck } from '../../identity/PhraseCheck.tsx';
import { PhraseWords } from '../../identity/PhraseWords.tsx';

const words = t.onboarding;

/** Step 3: writing down the 24 words and confirming three of them. */
export function PhraseStep({ onDone }: { onDone: () => void }) {
  const client = useNodeClient();
  const phrase = useCall(() => client.identity.phrase({}));
  const [stage, setStage] = useState<'show' | 'check' | 'done'>('show');
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
      {phrase.problem !== null && <ProblemNotice problem={phrase.problem} />}
      {phrase.data === null && phrase.problem === null && <Loading what={words.phraseLoading} />}
      {phrase.data !== null && <PhraseWords words={phrase.data.words} />}
      <div className="steps-buttons">
        <span className="soft small">{words.laterMeans}</span>
        <Button onPress={onDone}>{words.later}</Button>
        <Button kind="main" onPress={() => setStage('check')} isDisabled={phrase.data === null}>
          {words.written}
        </Button>
      </div>
    </div>
  );
}
