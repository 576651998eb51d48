import { useState } from 'react';
import type { NodeStatus, Problem } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Button, Notice, Panel, ProblemNotice, TextField } from '../../ui/index.ts';
import { PhraseCheck } from '../../identity/PhraseCheck.tsx';
import { PhraseWords } from '../../identity/PhraseWords.tsx';

const words = t.settings.identity;

/** Problems after which the passphrase is asked for. */
const ASKS: ReadonlySet<string> = new Set(['passphrase-again', 'wrong-passphrase', 'too-many-attempts']);

/** The recovery phrase: shown on demand, checked against the paper. */
export function IdentitySection({ status }: { status: NodeStatus }) {
  const client = useClient();
  const [phrase, setPhrase] = useState<readonly string[] | null>(null);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const confirmed = status.me.phraseConfirmed;
  const needsPassphrase = problem !== null && ASKS.has(problem.code);

  const show = () => {
    client.identity.phrase(passphrase === '' ? {} : { passphrase }).then(
      (answer) => {
        setProblem(null);
        setPassphrase('');
        setPhrase(answer.words);
        setChecking(false);
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <Panel title={t.settings.sections.identity}>
      <div className="stack">
        <p className="measure">{words.why}</p>
        <Notice
          severity={confirmed ? 'good' : 'attention'}
          title={confirmed ? words.confirmed : words.unconfirmed}
        />
        {problem !== null && <ProblemNotice problem={problem} />}
        {needsPassphrase && (
          <TextField
            label={words.passphrase}
            type="password"
            autoComplete="current-password"
            value={passphrase}
            onChange={setPassphrase}
            onEnter={show}
            autoFocus
          />
        )}
        {phrase !== null && <PhraseWords words={phrase} />}
        {checking && <PhraseCheck onConfirmed={() => setChecking(false)} onShowAgain={show} />}
        <div className="buttons">
          {phrase === null ? (
            <Button onPress={show}>{words.show}</Button>
          ) : (
            <Button onPress={() => setPhrase(null)}>{words.hide}</Button>
          )}
          {!checking && (
            <Button
              kind={confirmed ? 'plain' : 'main'}
              onPress={() => {
                setPhrase(null);
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
