import { useCallback, useEffect, useRef, useState } from 'react';
import type { Post, Thread } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { heldWords } from '../../messages/reviewPages.ts';
import { itemAt, useNode, useThread } from '../../stores/index.ts';
import { Badge, Button, Loading, Panel, ProblemNotice, LiveRegion } from '../../ui/index.ts';
import { bytesOfBase64Url } from '../../text/keys.ts';
import { saveFile } from '../saveFile.ts';
import { useAct } from '../useAct.ts';
import { Composer } from './Composer.tsx';
import { AskModerators, DeleteDialog, HistoryDialog } from './dialogs.tsx';
import type { PostCommands } from './PostCard.tsx';
import { PostList } from './PostList.tsx';
import type { PostListHandle } from './PostList.tsx';
import { quoted } from './quotes.ts';
import { threadActions } from './threadActions.ts';

export interface ThreadViewProps {
  readonly id: string;
  /** The post to open at, from a permalink. */
  readonly at: string | undefined;
  readonly mayMark: boolean;
  readonly onBack: () => void;
  /** Called when the thread is known, for the address and the online list. */
  readonly onThread: (thread: Thread) => void;
}

type Writing =
  | { readonly kind: 'reply'; readonly to: Post | null }
  | { readonly kind: 'edit'; readonly post: Post };

/** One thread: its posts and all actions on them. */
export function ThreadView(props: ThreadViewProps) {
  const { id, at, onThread } = props;
  const client = useClient();
  const { open, thread, state } = useThread(id, at);
  const { posts } = open;
  const act = useAct();
  const me = useNode().value?.me?.did ?? null;
  const [active, setActive] = useState<number | null>(null);
  const [writing, setWriting] = useState<Writing | null>(null);
  const [dialog, setDialog] = useState<{
    kind: 'delete' | 'history' | 'report' | 'appeal';
    post: Post;
  } | null>(null);
  const [said, setSaid] = useState('');
  const [fresh, setFresh] = useState<number | null>(null);
  const seen = useRef(false);
  const list = useRef<PostListHandle>(null);
  // The element that has the focus goes away first.
  const focusPost = () => requestAnimationFrame(() => list.current?.focus());

  useEffect(() => {
    if (thread) onThread(thread);
  }, [thread, onThread]);

  // Opens at the linked post, else at the first new post, else at the top.
  useEffect(() => {
    if (seen.current || state.count === 0) return;
    seen.current = true;
    const all = Array.from({ length: state.count }, (_, i) => itemAt(state, i));
    const linked = at === undefined ? -1 : all.findIndex((post) => post?.id === at);
    const unread = all.findIndex((post) => post?.unread);
    setFresh(unread > 0 ? unread : null);
    setActive(linked >= 0 ? linked : Math.max(0, unread));
  }, [state, at]);

  const current = active === null ? null : itemAt(state, active);
  const markRead = useCallback(() => {
    void client.boards.markRead({ thread: id }).catch(() => setSaid(words.stale));
  }, [client, id]);
  const unreadLeft = (thread?.unread ?? 0) > 0;
  const onReachedEnd = useCallback(() => {
    if (unreadLeft) markRead();
  }, [unreadLeft, markRead]);

  const closeDialog = () => {
    setDialog(null);
    focusPost();
  };
  const commands: PostCommands = {
    reply: (post) => setWriting({ kind: 'reply', to: post }),
    edit: (post) => setWriting({ kind: 'edit', post }),
    remove: (post) => setDialog({ kind: 'delete', post }),
    history: (post) => setDialog({ kind: 'history', post }),
    copyLink: (post) => {
      const link = `${location.href.split('#')[0]}#/boards/post/${post.id}`;
      navigator.clipboard.writeText(link).then(
        () => setSaid(words.post.copied),
        () => setSaid(words.post.notCopied),
      );
    },
    proof: (post) =>
      void act.run(async () => {
        const { proof } = await client.ledger.proof({ id: post.id });
        const name = `post-${post.id.slice(-8)}.proof`;
        saveFile(name, bytesOfBase64Url(proof) ?? new Uint8Array());
        setSaid(words.post.proofSaved(name));
      }),
    report: (post) => setDialog({ kind: 'report', post }),
    appeal: (post) => setDialog({ kind: 'appeal', post }),
    react: (post, emoji, on) =>
      void act.run(async () => {
        await client.boards.react({ id: post.id, emoji, on });
        await posts.refresh();
      }),
  };
  const mark = (change: { pinned?: boolean; locked?: boolean }) =>
    void act.run(async () => {
      await client.boards.markThread({ id, ...change });
      await posts.refresh();
    });
  const reading = writing === null && dialog === null;

  useActions(
    threadActions({
      commands,
      current,
      thread,
      me,
      reading,
      unreadLeft,
      mayMark: props.mayMark,
      markRead,
      mark,
      onBack: props.onBack,
    }),
  );

  const title = thread?.subject ?? words.columns.thread;
  const whole = state.total ?? state.count;
  return (
    <div className="thread-view">
      <Panel
        level={1}
        title={title}
        count={thread ? words.replies(thread.replies) : null}
        className="thread-panel"
        flush
        tools={
          thread?.pinned || thread?.locked ? (
            <>
              {thread.pinned && <Badge tone="violet">{words.pinned}</Badge>}
              {thread.locked && <Badge>{words.locked}</Badge>}
            </>
          ) : undefined
        }
      >
        {state.state === 'loading' && <Loading what={words.loadingPosts} />}
        {state.problem && state.state !== 'ready' && (
          <ProblemNotice
            problem={state.problem}
            action={<Button onPress={() => void posts.refresh()}>{words.again}</Button>}
          />
        )}
        {act.problem && <ProblemNotice problem={act.problem} />}
        {state.count > 0 && active !== null && (
          <PostList
            handle={list}
            key={`${id} ${at ?? ''} ${state.offset}`}
            label={words.list.posts(title)}
            posts={posts}
            state={state}
            active={active}
            onActive={setActive}
            startAt={active}
            freshFrom={fresh}
            commands={commands}
            reader={{ did: me, moderates: props.mayMark }}
            onReachedEnd={onReachedEnd}
            before={
              state.offset > 0 && (
                <div className="posts-edge">
                  <Button onPress={() => void open.fromStart().then(() => setActive(0))}>
                    {words.post.earlier(state.offset)}
                  </Button>
                </div>
              )
            }
            after={
              <p className="posts-edge soft small">
                {state.more
                  ? words.loadingMoreOf(state.count + state.offset, whole)
                  : thread?.locked
                    ? words.post.lockedEnd
                    : words.post.end}
              </p>
            }
          />
        )}
      </Panel>
      <LiveRegion>{said}</LiveRegion>
      {writing !== null && (
        <Composer
          key={writing.kind === 'edit' ? writing.post.id : `r ${writing.to?.id ?? ''}`}
          title={
            writing.kind === 'edit'
              ? words.composer.edit
              : words.composer.replyTo(writing.to?.source?.name ?? writing.to?.author.handle ?? '')
          }
          draftKey={writing.kind === 'edit' ? `edit.${writing.post.id}` : `reply.${id}`}
          initial={
            writing.kind === 'edit'
              ? (writing.post.text ?? '')
              : quoteFor(writing.to, state.count, state.offset, active)
          }
          sendLabel={writing.kind === 'edit' ? words.composer.save : words.composer.send}
          withFiles={writing.kind === 'reply'}
          onClose={() => {
            setWriting(null);
            focusPost();
          }}
          board={thread?.board ?? null}
          onSend={async ({ text, attachments, askReview }) => {
            if (writing.kind === 'edit') {
              const { decision } = await client.boards.edit({ id: writing.post.id, text, askReview });
              setSaid(decision === 'publish' ? words.composer.saved : heldWords.sent[decision]);
            } else {
              const { decision } = await client.boards.reply({
                thread: id,
                text,
                attachments,
                askReview,
                ...(writing.to ? { replyTo: writing.to.id } : {}),
              });
              setSaid(heldWords.sent[decision]);
            }
            await posts.refresh();
          }}
        />
      )}
      {dialog?.kind === 'delete' && <DeleteDialog post={dialog.post} onClose={closeDialog} />}
      {(dialog?.kind === 'report' || dialog?.kind === 'appeal') && (
        <AskModerators
          kind={dialog.kind}
          id={dialog.post.id}
          onClose={closeDialog}
          onDone={(done) => {
            setSaid(done);
            void posts.refresh();
          }}
        />
      )}
      {dialog?.kind === 'history' && <HistoryDialog post={dialog.post} onClose={closeDialog} />}
    </div>
  );
}

/** Quotes the answered post if others stand between it and the reply. */
function quoteFor(to: Post | null, count: number, offset: number, active: number | null): string {
  if (to === null || to.text === null || (active === count - 1 && offset === 0) || active === 0) return '';
  return quoted(to.text);
}
