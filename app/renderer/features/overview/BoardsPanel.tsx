import type { Thread } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { communities } from '../../messages/communities.ts';
import { t } from '../../messages/en.ts';
import { count } from '../../messages/format.ts';
import { itemAt, useIsArchived, useThreads } from '../../stores/index.ts';
import {
  Button,
  Byline,
  EmptyState,
  FinalityBadge,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
  type Column,
  Foreign,
} from '../../ui/index.ts';

const words = t.overview.boards;

const columns: readonly Column<Thread>[] = [
  {
    id: 'subject',
    label: words.thread,
    width: 'minmax(0, 1fr)',
    cell: (thread) => (
      <>
        {thread.unread > 0 && (
          <span className="unread-mark amber" title={t.shell.unread(thread.unread)}>
            <span aria-hidden="true">●</span>
            <span className="hidden-visually">{t.common.label(t.shell.unread(thread.unread))} </span>
          </span>
        )}
        <span className="strong">
          <Foreign text={thread.subject} />
        </span>
      </>
    ),
  },
  {
    id: 'board',
    label: words.board,
    width: 'minmax(0, 6.6em)',
    wide: true,
    cell: (thread) => (
      <span className="cyan">
        <Foreign text={thread.boardName} />
      </span>
    ),
  },
  {
    id: 'by',
    label: words.by,
    width: 'minmax(0, 7.4em)',
    wide: true,
    cell: (thread) => <Byline author={thread.author.handle} sourceName={thread.sourceName} />,
  },
  {
    id: 'replies',
    label: words.replies,
    width: '3.6em',
    align: 'right',
    cell: (thread) => <span className="mono">{count(thread.replies)}</span>,
  },
  {
    id: 'last',
    label: words.last,
    width: '5.4em',
    align: 'right',
    cell: (thread) => <RelativeTime at={thread.lastActivityAt} short />,
  },
  {
    id: 'final',
    label: words.final,
    width: '6.4em',
    align: 'right',
    wide: true,
    cell: (thread) => <FinalityBadge finality={thread.finality} />,
  },
];

/** The threads with the latest posts, across all boards. */
export function BoardsPanel() {
  const { list, state } = useThreads({});
  const isArchived = useIsArchived();
  const source = { count: state.count, at: (index: number) => itemAt(state, index) };
  return (
    <Panel title={t.overview.boards.title} count={words.newest} shortcut="2" className="newest" flush>
      {state.state === 'loading' && <Loading what={words.loading} />}
      {state.state === 'failed' && state.problem !== null && <ProblemNotice problem={state.problem} />}
      {state.state === 'ready' && state.count === 0 && (
        <EmptyState
          title={words.empty}
          action={
            isArchived ? undefined : (
              <>
                <Button kind="main" onPress={() => go('boards')}>
                  {words.startThread}
                </Button>
                <Button onPress={() => go('settings', 'archive')}>{words.import}</Button>
                <Button onPress={() => go('federation', 'invite')}>{words.invite}</Button>
              </>
            )
          }
        >
          {isArchived ? communities.membership.isArchived : words.emptyWhy}
        </EmptyState>
      )}
      {state.count > 0 && (
        <VirtualList
          label={words.list}
          source={source}
          total={state.total}
          keyOf={(thread) => thread.id}
          columns={columns}
          onRange={(first, last) => list.ensure(first, last)}
          onOpen={(thread) => go('boards', thread.board, thread.id)}
        />
      )}
    </Panel>
  );
}
