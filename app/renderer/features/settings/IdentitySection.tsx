import { useState } from 'react';
import type { NodeStatus } from '../../../contract/index.ts';
import { PhraseCheck } from '../../identity/PhraseCheck.tsx';
import { PhraseWords } from '../../identity/PhraseWords.tsx';
import { usePhrase } from '../../identity/usePhrase.tsx';
import { t } from '../../messages/en.ts';
import { Button, Notice, Panel } from '../../ui/index.ts';

const words = t.settings.identity;

/** The recovery phrase: shown on demand, checked against the paper. */
export function IdentitySection({ status }: { status: NodeStatus }) {
  const phrase = usePhrase();
  const [checking, setChecking] = useState(false);
  const confirmed = status.me.phraseConfirmed;

  const show = () => {
    setChecking(false);
    phrase.show();
  };
  return (
    <Panel title={t.settings.sections.identity}>
      <div className="stack">
        <p className="measure">{words.why}</p>
        <Notice
          severity={confirmed ? 'good' : 'attention'}
          title={confirmed ? words.confirmed : words.unconfirmed}
        />
        {phrase.fault}
        {phrase.words !== null && <PhraseWords words={phrase.words} />}
        {checking && <PhraseCheck onConfirmed={() => setChecking(false)} onShowAgain={show} />}
        <div className="buttons">
          {phrase.words === null ? (
            <Button onPress={show}>{words.show}</Button>
          ) : (
            <Button onPress={phrase.hide}>{words.hide}</Button>
          )}
          {!checking && (
            <Button
              kind={confirmed ? 'plain' : 'main'}
              onPress={() => {
                phrase.hide();
                setChecking(true);
              }}
            >
              {words.check}
            </Button>
          )}
        </div>
        <p className="small">
          <span className="soft">{words.did}</span> <span className="mono did">{status.me.did}</span>
        </p>
      </div>
    </Panel>
  );
}
