import type { Post } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { Badge, Button, Byline, FinalityBadge, Menu, PersonName, RelativeTime } from '../../ui/index.ts';
import { authorOf } from './authorOf.ts';
import { HeldNote } from '../HeldNote.tsx';
import { postEntries } from './postEntries.ts';
import type { PostCommands } from './postEntries.ts';
import { PostFile } from './PostFile.tsx';
import { PostText } from './PostText.tsx';
import { Reactions } from './Reactions.tsx';

/** The reader, who determines the actions offered on a held post. */
export interface Reader {
  readonly did: string | null;
  readonly moderates: boolean;
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
  return (
    <>
      <header className="post-head">
        {post.source ? (
          <Byline author={post.author.handle} sourceName={post.source.name} />
        ) : (
          <PersonName person={post.author} />
        )}
        <span className="soft">
          <RelativeTime at={post.createdAt} />
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
            name={words.post.moreOf(authorOf(post))}
            entries={postEntries(post, commands, reader.did)}
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
            <PostFile key={file.cid} file={file} />
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
          <Reactions
            post={post}
            onReact={(emoji, on) => commands.react(post, emoji, on)}
            onReacted={onReacted}
          />
        </footer>
      )}
    </>
  );
}
