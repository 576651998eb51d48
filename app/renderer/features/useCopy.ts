import { useCallback, useState } from 'react';

/**
 * Copies text to the clipboard and holds the message about it: `said` names the outcome in the given words.
 */
export function useCopy(words: { copied: string; notCopied: string }): {
  said: string;
  copy: (text: string) => void;
} {
  const [said, setSaid] = useState('');
  const { copied, notCopied } = words;
  const copy = useCallback(
    (text: string) => {
      // Cleared first, so that a second copy is announced again.
      setSaid('');
      const done = () => setSaid(copied);
      const failed = () => setSaid(notCopied);
      if (navigator.clipboard === undefined) failed();
      else navigator.clipboard.writeText(text).then(done, failed);
    },
    [copied, notCopied],
  );
  return { said, copy };
}
