import type { Problem } from '../../contract/index.ts';
import { useClient } from '../bridge/index.ts';
import { listedSpans } from '../messages/reasons.ts';
import { heldWords } from '../messages/reviewPages.ts';
import { Button, Notice } from '../ui/index.ts';
import { FlaggedText } from './FlaggedText.tsx';
import { useCall } from './useCall.ts';

const words = heldWords.back;

interface HeldBackProps {
  readonly problem: Problem;
  /** The written text, to mark the words that count against it. */
  readonly text: string;
  readonly board: string | null;
  readonly busy: boolean;
  readonly onEdit: () => void;
  readonly onSend: () => void;
}

/** Whether a failure means that the node would hide the text. */
export const isHeldBack = (problem: Problem | null): boolean => problem?.code === 'held-back';

/**
 * Shown when text was not signed because it would be hidden at once: why, which words, and the two choices.
 */
export function HeldBack({ problem, text, board, busy, onEdit, onSend }: HeldBackProps) {
  const client = useClient();
  const { data } = useCall(() => client.moderation.judge({ text, board }), [text, board]);
  const spans = data === null ? [] : [...data.spans, ...listedSpans(text, data.reasons)];
  return (
    <Notice severity="attention" title={words.title} live>
      <p>{problem.message}</p>
      <p className="soft">{words.why}</p>
      {spans.length > 0 && (
        <div className="held-back-text" role="group" tabIndex={0} aria-label={words.marked}>
          <FlaggedText text={text} spans={spans} />
        </div>
      )}
      <div className="held-back-acts">
        <Button kind="main" onPress={onEdit} isDisabled={busy}>
          {words.edit}
        </Button>
        <Button onPress={onSend} isDisabled={busy}>
          {words.send}
        </Button>
      </div>
    </Notice>
  );
}
