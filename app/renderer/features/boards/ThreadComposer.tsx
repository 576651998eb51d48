import type { Post } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import { authorOf } from './authorOf.ts';
import { Composer } from './Composer.tsx';
import type { ComposerProps } from './Composer.tsx';
import { quoted } from './quotes.ts';

/** The message that the person is writing in a thread. */
export type Writing =
  | { readonly kind: 'reply'; readonly to: Post | null }
  | { readonly kind: 'edit'; readonly post: Post };

interface ThreadComposerProps {
  readonly thread: string;
  readonly board: string | null;
  readonly writing: Writing;
  /** Whether a reply starts with a quote of the post that it answers. */
  readonly quotes: boolean;
  /** Called with the outcome in words, before the composer closes. */
  readonly onSent: (said: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Writes a reply, or edits a post. */
export function ThreadComposer({ thread, board, writing, quotes, onSent, onClose }: ThreadComposerProps) {
  const client = useClient();
  const common = { board, onClose } as const;
  if (writing.kind === 'edit') {
    const { id, text } = writing.post;
    return (
      <Composer
        {...common}
        key={id}
        title={words.composer.edit}
        draftKey={`edit.${id}`}
        initial={text ?? ''}
        sendLabel={words.composer.save}
        withFiles={false}
        onSend={async (written) => {
          const { askReview } = written;
          const { decision } = await client.boards.edit({ id, text: written.text, askReview });
          await onSent(decision === 'publish' ? words.composer.saved : heldWords.sent[decision]);
        }}
      />
    );
  }
  const { to } = writing;
  const send: ComposerProps['onSend'] = async ({ text, attachments, askReview }) => {
    const { decision } = await client.boards.reply({
      thread,
      text,
      attachments,
      askReview,
      ...(to ? { replyTo: to.id } : {}),
    });
    await onSent(heldWords.sent[decision]);
  };
  return (
    <Composer
      {...common}
      key={`r ${to?.id ?? ''}`}
      title={words.composer.replyTo(to ? authorOf(to) : '')}
      draftKey={`reply.${thread}`}
      initial={quotes && to !== null && to.text !== null ? quoted(to.text) : ''}
      sendLabel={words.composer.send}
      withFiles
      onSend={send}
    />
  );
}
