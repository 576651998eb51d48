import { useCallback, useState, type ReactNode } from 'react';
import type { Problem } from '../../contract/index.ts';
import { problemOf, useNodeClient } from '../bridge/index.ts';
import { t } from '../messages/en.ts';
import { ProblemNotice, TextField } from '../ui/index.ts';

/** Problems after which the passphrase is asked for. */
const ASKS: ReadonlySet<string> = new Set(['passphrase-again', 'wrong-passphrase', 'too-many-attempts']);

export interface ShownPhrase {
  /** The 24 words, once they were shown. */
  readonly words: readonly string[] | null;
  /** Why they are not shown, with a field for the passphrase if it is needed. */
  readonly fault: ReactNode;
  /** Asks for the words, with the passphrase if one was entered. */
  show(): void;
  hide(): void;
}

/** The recovery words, which a page in a browser gets with the passphrase of the node. */
export function usePhrase(): ShownPhrase {
  const client = useNodeClient();
  const [words, setWords] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [passphrase, setPassphrase] = useState('');

  const show = useCallback(() => {
    client.identity.phrase(passphrase === '' ? {} : { passphrase }).then(
      (answer) => {
        setProblem(null);
        setPassphrase('');
        setWords(answer.words);
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  }, [client, passphrase]);
  const hide = useCallback(() => setWords(null), []);
  const fault = problem && (
    <>
      <ProblemNotice problem={problem} />
      {ASKS.has(problem.code) && (
        <TextField
          label={t.settings.identity.passphrase}
          type="password"
          autoComplete="current-password"
          value={passphrase}
          onChange={setPassphrase}
          onEnter={show}
          autoFocus
        />
      )}
    </>
  );
  return { words, fault, show, hide };
}
