import type { Ref } from 'react';
import type { Board } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { calls } from '../../messages/calls.ts';
import { count } from '../../messages/format.ts';
import {
  Button,
  EmptyState,
  Loading,
  Message,
  Panel,
  ProblemNotice,
  RelativeTime,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';
import { useCallRooms, type Fresh } from '../../stores/index.ts';

export interface BoardListProps {
  readonly boards: Fresh<readonly Board[]>;
  /** The board shown beside the list, or null for all. */
  readonly shown: string | null;
  readonly autoFocus: boolean;
  readonly onOpen: (board: Board | null) => void;
  readonly handle: Ref<ListHandle>;
}

type Entry = { readonly id: string; readonly board: Board | null };

/** All boards in order, with the number of new posts in each. */
export function BoardList({ boards, shown, autoFocus, onOpen, handle }: BoardListProps) {
  const held = boards.value ?? [];
  const entries: Entry[] = [{ id: '', board: null }, ...held.map((board) => ({ id: board.id, board }))];
  const unread = held.reduce((sum, board) => sum + board.unread, 0);
  return (
    <Panel
      title={words.title}
      count={held.length > 0 ? count(held.length) : null}
      className="boards-list"
      flush
    >
      {boards.state === 'loading' && <Loading what={words.loadingBoards} />}
      {boards.problem && boards.state !== 'ready' && (
        <ProblemNotice
          problem={boards.problem}
          action={<Button onPress={() => void boards.refresh()}>{words.again}</Button>}
        />
      )}
      {boards.state === 'ready' && held.length === 0 && (
        <EmptyState title={words.noBoards}>{words.noBoardsHint}</EmptyState>
      )}
      {held.length > 0 && (
        <VirtualList
          handle={handle}
          label={words.list.boards}
          items={entries}
          keyOf={(entry) => entry.id}
          estimate={58}
          autoFocus={autoFocus}
          initialIndex={Math.max(
            0,
            entries.findIndex((entry) => entry.board !== null && entry.id === shown),
          )}
          onOpen={(entry) => onOpen(entry.board)}
          rowClass={(entry) => ((entry.board?.id ?? null) === shown ? 'board-shown' : '')}
          row={(entry) => <BoardRow board={entry.board} unread={entry.board?.unread ?? unread} />}
        />
      )}
    </Panel>
  );
}

function BoardRow({ board, unread }: { board: Board | null; unread: number }) {
  const rooms = useCallRooms().value ?? [];
  const inCall = rooms
    .filter((room) => room.board !== null && room.board === board?.id)
    .flatMap(({ participants }) => participants.map(({ handle }) => handle));
  return (
    <div className="board-row">
      <span className="board-name cut">
        <Foreign text={board?.name ?? words.all} />
        {board?.archived && <span className="soft small"> {words.archived}</span>}
      </span>
      {unread > 0 && <span className="board-unread amber mono">{words.unread(unread)}</span>}
      <span className="soft small cut board-facts">
        {board === null ? (
          words.allWhy
        ) : board.lastActivityAt === null ? (
          words.threads(board.threads)
        ) : (
          <Message
            text={words.boardFacts}
            threads={words.threads(board.threads)}
            when={<RelativeTime at={board.lastActivityAt} past />}
          />
        )}
      </span>
      {inCall.length > 0 && <span className="green small cut board-facts">{calls.board(inCall)}</span>}
    </div>
  );
}
