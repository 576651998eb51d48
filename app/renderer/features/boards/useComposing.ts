import { useEffect, useState } from 'react';
import type { Problem } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';
import { keepDraft, readDraft } from './drafts.ts';

interface ComposingInit {
  /** The key under which the draft is stored. */
  readonly draftKey: string;
  /** The initial text, if no draft is stored. */
  readonly initial: string;
}

/** The text and the subject being written, stored as a draft, and the state of sending them. */
export function useComposing({ draftKey, initial }: ComposingInit) {
  const [kept] = useState(() => readDraft(localStorage, draftKey));
  const [text, setText] = useState(kept?.text ?? initial);
  const [subject, setSubject] = useState(kept?.subject ?? '');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);
  const [sent, setSent] = useState('');
  useEffect(() => {
    if (text !== initial || subject !== '') keepDraft(localStorage, draftKey, { text, subject });
  }, [text, subject, draftKey, initial]);
  return {
    text,
    setText,
    subject,
    setSubject,
    problem,
    forgetProblem: () => setProblem(null),
    sending,
    /** The text of the last attempt. */
    sent,
    /** Sends with `task`, and deletes the draft if that succeeds; true if it did. */
    send: async (task: () => Promise<void>): Promise<boolean> => {
      setSending(true);
      setProblem(null);
      setSent(text);
      try {
        await task();
        keepDraft(localStorage, draftKey, { text: '', subject: '' });
        return true;
      } catch (error) {
        setProblem(problemOf(error));
        setSending(false);
        return false;
      }
    },
  };
}
