import { useState } from 'react';
import type { Attachment, Post } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { bytes } from '../../messages/format.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import {
  Badge,
  Button,
  FinalityBadge,
  Menu,
  PersonName,
  ProblemNotice,
  RelativeTime,
} from '../../ui/index.ts';
import type { MenuEntry } from '../../ui/index.ts';
import { HeldNote } from '../HeldNote.tsx';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import { PostText } from './PostText.tsx';

export interface PostCommands {
  readonly reply: (post: Post) => void;
  readonly edit: (post: Post) => void;
  readonly remove: (post: Post) => void;
  readonly history: (post: Post) => void;
  readonly copyLink: (post: Post) => void;
  readonly proof: (post: Post) => void;
  readonly report: (post: Post) => void;
  readonly appeal: (post: Post) => void;
  readonly react: (post: Post, emoji: string, on: boolean) => void;
}

/** The reader, who determines the actions offered on a held post. */
export interface Reader {
  readonly did: string | null;
  readonly moderates: boolean;
}

/** Whether a post can be reported: it is someone else’s and visible to everyone. */
export const reportable = (post: Post, me: string | null): boolean =>
  post.author.did !== me && post.held === null && post.deleted === null;

const emojis = ['👍', '⚓', '❤️', '😄', '🎉', '🤔'] as const;

/** Saves a file of a post: fetched on demand, and never opened inside the console. */
function FileButton({ file }: { file: Attachment }) {
  const client = useClient();
  const act = useAct();
  const save = () =>
    act.run(async () => {
      const { file: held } = await client.files.get({ cid: file.cid });
      saveFile(file.name, held);
    });
  return (
    <li>
      <Button kind="quiet" onPress={() => void save()} isDisabled={act.busy}>
        <span aria-hidden="true">⤓</span> <span className="hidden-visually">{words.file.get}</span>{' '}
        <span className="mono cut">{file.name}</span>
        <span className="soft mono">{bytes(file.sizeBytes)}</span>
        <span className="soft small">
          {act.busy ? words.file.fetching : file.here ? words.file.here : words.file.away}
        </span>
      </Button>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </li>
  );
}

/** One post: author, time, text, and how far it has spread. */
export function PostCard(props: {
  post: Post;
  answers: string | null;
  commands: PostCommands;
  reader: Reader;
  /** Called when the emojis are gone, so that the focus can return to the post. */
  onReacted: () => void;
}) {
  const { post, answers, commands, reader, onReacted } = props;
  const [reacting, setReacting] = useState(false);
  const { handle } = post.author;
  const { block } = post.finality;
  const stopReacting = () => {
    setReacting(false);
    onReacted();
  };
  const entries: MenuEntry[] = [
    ...(post.may.edit
      ? [{ id: 'edit', label: words.post.edit, shortcut: 'e', run: () => commands.edit(post) }]
      : []),
    { id: 'copy', label: words.post.copyLink, shortcut: 'c', run: () => commands.copyLink(post) },
    ...(post.edits > 0
      ? [{ id: 'history', label: words.post.history, run: () => commands.history(post) }]
      : []),
    ...(block === undefined
      ? []
      : [{ id: 'proof', label: words.post.proof(block), shortcut: 's', run: () => commands.proof(post) }]),
    ...(reportable(post, reader.did)
      ? [{ id: 'report', label: heldWords.report, shortcut: '!', run: () => commands.report(post) }]
      : []),
    ...(post.may.delete
      ? [
          {
            id: 'delete',
            label: words.post.remove,
            shortcut: 'delete',
            danger: true,
            run: () => commands.remove(post),
          },
        ]
      : []),
  ];
  return (
    <>
      <header className="post-head">
        {post.source ? (
          <span className="person">
            <span className="person-handle">{post.source.name}</span>
            <span className="soft small">{words.imported(handle)}</span>
          </span>
        ) : (
          <PersonName person={post.author} />
        )}
        <span className="soft">
          <RelativeTime at={post.source?.date ?? post.createdAt} />
        </span>
        {answers !== null && <span className="soft small post-answers">{words.post.answers(answers)}</span>}
        {post.edits > 0 && !post.deleted && (
          <Button kind="quiet" className="small" onPress={() => commands.history(post)}>
            {words.post.edited(post.edits)}
          </Button>
        )}
        {post.unread && <Badge tone="amber">{words.post.fresh}</Badge>}
        <span className="post-marks">
          <FinalityBadge finality={post.finality} />
          <Menu
            label={<span aria-hidden="true">⋯</span>}
            name={words.post.moreOf(handle)}
            entries={entries}
          />
        </span>
      </header>
      {post.deleted ? (
        <p className="post-deleted">
          {post.deleted.reason === ''
            ? words.post.deleted(post.deleted.by.handle)
            : words.post.deletedWhy(post.deleted.by.handle, post.deleted.reason)}{' '}
          <RelativeTime at={post.deleted.at} />
        </p>
      ) : (
        <>
          {post.held !== null && (
            <HeldNote
              hold={post.held}
              as={post.author.did === reader.did ? 'own' : reader.moderates ? 'moderator' : 'other'}
              item={post.id}
              onAppeal={() => commands.appeal(post)}
            />
          )}
          {(post.held === null || post.text !== null) && <PostText post={post} />}
        </>
      )}
      {post.attachments.length > 0 && (
        <ul className="post-files">
          {post.attachments.map((file) => (
            <FileButton key={file.cid} file={file} />
          ))}
        </ul>
      )}
      {!post.deleted && (
        <footer className="post-foot">
          {post.may.reply && (
            <Button kind="quiet" onPress={() => commands.reply(post)}>
              {words.post.reply}
            </Button>
          )}
          {post.reactions.map((reaction) => (
            <Button
              key={reaction.emoji}
              kind="quiet"
              className="reaction"
              aria-pressed={reaction.mine}
              aria-label={words.post.reaction(reaction.emoji, reaction.count, reaction.mine)}
              isDisabled={!post.may.react}
              onPress={() => commands.react(post, reaction.emoji, !reaction.mine)}
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
                    commands.react(post, emoji, true);
                  }}
                >
                  {emoji}
                </Button>
              ))}
            </span>
          )}
        </footer>
      )}
    </>
  );
}
