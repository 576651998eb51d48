import { isolated } from '../../../contract/foreign-text.ts';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Thread } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { itemAt, useCommunity, useThread } from '../../stores/index.ts';
import { Badge, Button, LiveRegion, Loading, Panel, ProblemNotice } from '../../ui/index.ts';
import { PostList } from './PostList.tsx';
import type { PostListHandle } from './PostList.tsx';
import { threadActions } from './threadActions.ts';
import { ThreadComposer } from './ThreadComposer.tsx';
import type { Writing } from './ThreadComposer.tsx';
import { ThreadDialogs } from './ThreadDialogs.tsx';
import type { ThreadAsking } from './ThreadDialogs.tsx';
import { useOpening } from './useOpening.ts';
import { usePostCommands } from './usePostCommands.ts';

export interface ThreadViewProps {
  readonly id: string;
  /** The post to open at, from a permalink. */
  readonly at: string | undefined;
  readonly mayMark: boolean;
  readonly onBack: () => void;
  /** Called when the thread is known, for the address and the online list. */
  readonly onThread: (thread: Thread) => void;
}

/** One thread: its posts and all actions on them. */
export function ThreadView({ id, at, mayMark, onBack, onThread }: ThreadViewProps) {
  const client = useClient();
  const { open, thread, state } = useThread(id, at);
  const { posts } = open;
  const me = useCommunity().value?.me?.did ?? null;
  const { active, setActive, fresh } = useOpening(state, at);
  const [writing, setWriting] = useState<Writing | null>(null);
  const [asking, setAsking] = useState<ThreadAsking | null>(null);
  const [said, setSaid] = useState('');
  const list = useRef<PostListHandle>(null);
  // The element that has the focus goes away first.
  const focusPost = () => requestAnimationFrame(() => list.current?.focus());

  useEffect(() => {
    if (thread) onThread(thread);
  }, [thread, onThread]);

  const markRead = useCallback(() => {
    void client.boards.markRead({ thread: id }).catch(() => setSaid(words.stale));
  }, [client, id]);
  const unreadLeft = (thread?.unread ?? 0) > 0;
  const onReachedEnd = useCallback(() => {
    if (unreadLeft) markRead();
  }, [unreadLeft, markRead]);

  const { commands, mark, problem } = usePostCommands({
    thread: id,
    posts,
    onWrite: setWriting,
    onAsk: setAsking,
    onSaid: setSaid,
  });
  useActions(
    threadActions({
      commands,
      current: active === null ? null : itemAt(state, active),
      thread,
      me,
      reading: writing === null && asking === null,
      unreadLeft,
      mayMark,
      markRead,
      mark,
      onBack,
    }),
  );

  const title = isolated(thread?.subject ?? words.columns.thread);
  return (
    <div className="thread-view">
      <Panel
        level={1}
        title={title}
        count={thread ? words.replies(thread.replies) : null}
        className="thread-panel"
        flush
        tools={thread?.pinned || thread?.locked ? <Marks thread={thread} /> : undefined}
      >
        {state.state === 'loading' && <Loading what={words.loadingPosts} />}
        {state.problem && state.state !== 'ready' && (
          <ProblemNotice
            problem={state.problem}
            action={<Button onPress={() => void posts.refresh()}>{words.again}</Button>}
          />
        )}
        {problem && <ProblemNotice problem={problem} />}
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
            reader={{ did: me, moderates: mayMark }}
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
                  ? words.loadingMoreOf(state.count + state.offset, state.total ?? state.count)
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
        <ThreadComposer
          thread={id}
          board={thread?.board ?? null}
          writing={writing}
          // A reply below its post, at the end of the thread, or to the first post needs no quote.
          quotes={active !== 0 && !(active === state.count - 1 && state.offset === 0)}
          onSent={async (sent) => {
            setSaid(sent);
            await posts.refresh();
          }}
          onClose={() => {
            setWriting(null);
            focusPost();
          }}
        />
      )}
      <ThreadDialogs
        asking={asking}
        onDone={(done) => {
          setSaid(done);
          void posts.refresh();
        }}
        onClose={() => {
          setAsking(null);
          focusPost();
        }}
      />
    </div>
  );
}

function Marks({ thread }: { thread: Thread }) {
  return (
    <>
      {thread.pinned && <Badge tone="violet">{words.pinned}</Badge>}
      {thread.locked && <Badge>{words.locked}</Badge>}
    </>
  );
}
