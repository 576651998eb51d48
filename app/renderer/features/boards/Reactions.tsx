import { useState } from 'react';
import type { Post } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { Button } from '../../ui/index.ts';

const emojis = ['👍', '⚓', '❤️', '😄', '🎉', '🤔'] as const;

interface ReactionsProps {
  readonly post: Post;
  readonly onReact: (emoji: string, on: boolean) => void;
  /** Called when the emojis are gone, so that the focus can return to the post. */
  readonly onReacted: () => void;
}

/** The reactions to a post, and the emojis to react with. */
export function Reactions({ post, onReact, onReacted }: ReactionsProps) {
  const [reacting, setReacting] = useState(false);
  const { handle } = post.author;
  const stopReacting = () => {
    setReacting(false);
    onReacted();
  };
  return (
    <>
      {post.reactions.map((reaction) => (
        <Button
          key={reaction.emoji}
          kind="quiet"
          className="reaction"
          aria-pressed={reaction.mine}
          aria-label={words.post.reaction(reaction.emoji, reaction.count, reaction.mine)}
          isDisabled={!post.may.react}
          onPress={() => onReact(reaction.emoji, !reaction.mine)}
        >
          <span aria-hidden="true">{reaction.emoji}</span> <span className="mono">{reaction.count}</span>
        </Button>
      ))}
      {post.may.react && !reacting && (
        <Button kind="quiet" aria-label={words.post.reactOf(handle)} onPress={() => setReacting(true)}>
          {words.post.react}
        </Button>
      )}
      {reacting && (
        <span
          role="group"
          aria-label={words.post.reactOf(handle)}
          onKeyDownCapture={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            stopReacting();
          }}
        >
          {emojis.map((emoji, i) => (
            <Button
              key={emoji}
              kind="quiet"
              autoFocus={i === 0}
              onPress={() => {
                stopReacting();
                onReact(emoji, true);
              }}
            >
              {emoji}
            </Button>
          ))}
        </span>
      )}
    </>
  );
}
