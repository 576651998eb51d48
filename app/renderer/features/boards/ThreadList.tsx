import { shown } from '../../../contract/foreign-text.ts';
import { useMemo } from 'react';
import type { Thread } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { communities } from '../../messages/communities.ts';
import { count } from '../../messages/format.ts';
import { itemAt, useIsArchived, useThreads } from '../../stores/index.ts';
import {
  Badge,
  Button,
  Byline,
  EmptyState,
  FinalityBadge,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { HeldBadge } from '../HeldNote.tsx';

export interface ThreadListProps {
  /** The board’s id, or null for all boards. */
  readonly board: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly unreadOnly: boolean;
  readonly active: string | null;
  readonly onActive: (thread: Thread) => void;
  readonly onOpen: (thread: Thread) => void;
  readonly tools?: React.ReactNode;
}

const subject: Column<Thread> = {
  id: 'subject',
  label: words.columns.thread,
  width: 'minmax(0, 1fr)',
  cell: (thread) => (
    <span className="thread-subject">
      {thread.pinned && <Badge tone="violet">{words.pinned}</Badge>}
      {thread.locked && <Badge>{words.locked}</Badge>}
      {thread.held !== null && <HeldBadge state={thread.held.state} />}
      <span className={`cut ${thread.unread > 0 ? 'strong' : ''}`}>
        <Foreign text={thread.subject} />
      </span>
      {thread.unread > 0 && <Badge tone="amber">{words.unread(thread.unread)}</Badge>}
    </span>
  ),
};
const board: Column<Thread> = {
  id: 'board',
  label: words.columns.board,
  width: '120px',
  wide: true,
  cell: (thread) => (
    <span className="cyan">
      <Foreign text={thread.boardName} />
    </span>
  ),
};
const rest: readonly Column<Thread>[] = [
  {
    id: 'by',
    label: words.columns.by,
    width: '120px',
    wide: true,
    cell: (thread) => <Byline author={thread.author.handle} sourceName={thread.sourceName} />,
  },
  {
    id: 'replies',
    label: words.columns.replies,
    width: '62px',
    align: 'right',
    cell: (thread) => <span className="mono">{count(thread.replies)}</span>,
  },
  {
    id: 'last',
    label: words.columns.last,
    width: '84px',
    align: 'right',
    cell: (thread) => (
      <span className="mono soft">
        <RelativeTime at={thread.lastActivityAt} short />
      </span>
    ),
  },
  {
    id: 'final',
    label: words.columns.final,
    width: '96px',
    align: 'right',
    wide: true,
    cell: (thread) => <FinalityBadge finality={thread.finality} />,
  },
];

/** The threads of a board, latest first, of any number. */
export function ThreadList(props: ThreadListProps) {
  const { list, state } = useThreads({ board: props.board ?? undefined, unreadOnly: props.unreadOnly });
  const isArchived = useIsArchived();
  const noThreadsHint = isArchived ? communities.membership.isArchived : words.noThreadsHint;
  const columns = useMemo(() => [subject, ...(props.board === null ? [board] : []), ...rest], [props.board]);
  const source = useMemo(
    () => ({ count: state.count, at: (index: number) => itemAt(state, index) }),
    [state],
  );
  const total = state.total === null ? null : words.threads(state.total);
  return (
    <Panel
      level={1}
      title={props.title}
      count={props.unreadOnly ? words.unreadOnly : total}
      className="threads"
      tools={props.tools}
      flush
    >
      <div className="threads-body">
        {props.description && (
          <p className="soft threads-about" dir="auto">
            {shown(props.description)}
          </p>
        )}
        {state.problem && state.state !== 'ready' && (
          <ProblemNotice
            problem={state.problem}
            action={<Button onPress={() => void list.refresh()}>{words.again}</Button>}
          />
        )}
        {state.state === 'loading' && <Loading what={words.loadingThreads} />}
        {state.state === 'ready' && state.count === 0 && (
          <EmptyState title={props.unreadOnly ? words.noUnread : words.noThreads}>
            {props.unreadOnly ? words.noUnreadHint : noThreadsHint}
          </EmptyState>
        )}
        {state.count > 0 && (
          <VirtualList
            key={`${props.board} ${props.unreadOnly}`}
            label={words.list.threads(props.title)}
            source={source}
            keyOf={(thread) => thread.id}
            columns={columns}
            estimate={34}
            total={state.total}
            autoFocus
            active={props.active}
            onActive={props.onActive}
            onOpen={props.onOpen}
            onRange={(first, last) => list.ensure(first, last)}
          />
        )}
      </div>
    </Panel>
  );
}
