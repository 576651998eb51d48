import { isolated } from '../../../contract/foreign-text.ts';
import { useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Board, Thread } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { useBoards, useCommunity } from '../../stores/index.ts';
import type { Fresh } from '../../stores/index.ts';
import { Button, EmptyState, Panel } from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';
import { atLeast } from '../roles.ts';
import { useDoing } from '../useDoing.ts';
import { useNarrow } from '../useNarrow.ts';
import { useStateFor } from '../useStateFor.ts';
import { BoardList } from './BoardList.tsx';
import { Composer } from './Composer.tsx';
import { NewBoardDialog } from './dialogs.tsx';
import { ALL, placeOf, searchPlace, showQuery } from './place.ts';
import type { BoardsPlace } from './place.ts';
import { SearchView } from './SearchView.tsx';
import { ThreadList } from './ThreadList.tsx';
import { ThreadView } from './ThreadView.tsx';
import { useBrowserActions } from './useBrowserActions.ts';

/** The list of boards, and beside or below it the threads of a board, a thread, the search or a new thread. */
export function Browser({ path }: { path: readonly string[] }) {
  const client = useClient();
  const boards = useBoards();
  const role = useCommunity().value?.me?.role;
  const narrow = useNarrow();
  const rows = useRef<ListHandle>(null);
  const [unreadOnly, setUnreadOnly] = useState(false);
  const [making, setMaking] = useState(false);
  const [thread, setThread] = useState<Thread | null>(null);
  const place = placeOf(path);
  const [composing, setComposing] = useStateFor(path.slice(0, 2).join('/'), false);

  const { searching } = place;
  const inThread = place.thread !== undefined;
  const board = boards.value?.find(({ id, slug }) => id === place.board || slug === place.board) ?? null;
  const mayWrite = board !== null && !board.archived && atLeast(role, board.postRole);

  useDoing(
    inThread && thread
      ? words.doing.reading(thread.boardName)
      : board
        ? words.doing.browsing(board.name)
        : words.doing.all,
  );
  useBrowserActions(
    {
      browsing: !inThread && !searching && !making && !composing,
      searching,
      free: !making && !composing,
      mayWrite,
      mayMake: atLeast(role, 'co-sysop'),
      unreadOnly,
      named: place.board !== undefined,
      narrow,
    },
    {
      compose: () => setComposing(true),
      toggleUnread: () => setUnreadOnly(!unreadOnly),
      markRead: () =>
        void client.boards.markRead(board ? { board: board.id } : {}).catch(() => boards.refresh()),
      make: () => setMaking(true),
      // To the list of boards: beside the threads if it fits, else one level up.
      toBoards: () => (narrow ? go('boards') : rows.current?.focus()),
    },
  );

  const tools = <Tools onCompose={mayWrite ? () => setComposing(true) : null} />;
  const list = (
    <BoardList
      handle={rows}
      boards={boards}
      shown={board?.id ?? null}
      autoFocus={narrow}
      onOpen={(entry) => go('boards', entry?.slug ?? ALL)}
    />
  );
  const dialog = making && (
    <NewBoardDialog
      onClose={() => setMaking(false)}
      onMade={(slug) => {
        setMaking(false);
        go('boards', slug);
      }}
    />
  );
  if (narrow && path.length === 0)
    return (
      <div className="boards">
        <div className="boards-tools">{tools}</div>
        {list}
        {dialog}
      </div>
    );
  const toThreads = () => (narrow && !inThread ? go('boards') : go('boards', board?.slug ?? ALL));
  return (
    <div className={`boards ${narrow ? '' : 'boards-two'}`}>
      {!narrow && list}
      <div className="boards-main">
        {narrow && !searching && (
          <div className="boards-up">
            <Button kind="quiet" onPress={inThread ? toThreads : () => go('boards')}>
              ← {inThread ? isolated(board?.name ?? words.all) : words.title}
            </Button>
            {!inThread && !composing && <span className="boards-tools">{tools}</span>}
          </div>
        )}
        <Shown
          place={place}
          board={board}
          boards={boards}
          role={role}
          composing={composing}
          unreadOnly={unreadOnly}
          tools={narrow ? undefined : tools}
          onComposed={() => setComposing(false)}
          onThread={setThread}
          onBack={toThreads}
        />
      </div>
      {dialog}
    </div>
  );
}

/** A new thread, where the person may write one, and the search. */
function Tools({ onCompose }: { onCompose: (() => void) | null }) {
  return (
    <>
      {onCompose !== null && (
        <Button kind="quiet" onPress={onCompose}>
          {words.newThread}
        </Button>
      )}
      <Button kind="quiet" onPress={() => go(...searchPlace)}>
        {words.search.title}
      </Button>
    </>
  );
}

interface ShownProps {
  readonly place: BoardsPlace;
  readonly board: Board | null;
  readonly boards: Fresh<readonly Board[]>;
  readonly role: string | null | undefined;
  readonly composing: boolean;
  readonly unreadOnly: boolean;
  readonly tools: ReactNode;
  readonly onComposed: () => void;
  readonly onThread: (thread: Thread) => void;
  readonly onBack: () => void;
}

/** Shows the place: the search, a new thread, a thread, or the threads of a board. */
function Shown(props: ShownProps) {
  const { place, board, boards, role, composing, onComposed } = props;
  const client = useClient();
  const [active, setActive] = useState<string | null>(null);
  if (place.searching)
    return (
      <SearchView
        query={place.query}
        board={null}
        boards={boards.value ?? []}
        onQuery={showQuery}
        onOpen={(hit) => go('boards', hit.board, hit.thread, hit.post)}
        onBack={() => go('boards')}
      />
    );
  const unknown = place.board !== undefined && place.board !== ALL && boards.value !== null && board === null;
  if (unknown && place.thread === undefined)
    return (
      <Panel title={words.title}>
        <EmptyState
          title={words.missingBoard}
          action={<Button onPress={() => go('boards')}>{words.toBoards}</Button>}
        />
      </Panel>
    );
  if (composing && board)
    return (
      <Composer
        title={words.composer.newThread(board.name)}
        draftKey={`thread.${board.id}`}
        withSubject
        withFiles
        onClose={onComposed}
        board={board.id}
        onSend={async (written) => {
          const made = await client.boards.startThread({ board: board.id, ...written });
          go('boards', board.slug, made.id);
        }}
      />
    );
  if (place.thread !== undefined)
    return (
      <ThreadView
        key={`${place.thread} ${place.post ?? ''}`}
        id={place.thread}
        at={place.post}
        mayMark={atLeast(role, 'moderator')}
        onBack={props.onBack}
        onThread={props.onThread}
      />
    );
  return (
    <ThreadList
      board={board?.id ?? null}
      title={isolated(board?.name ?? words.all)}
      description={board?.description ?? null}
      unreadOnly={props.unreadOnly}
      tools={props.tools}
      active={active}
      onActive={(entry) => setActive(entry.id)}
      onOpen={(entry) => go('boards', entry.board, entry.id)}
    />
  );
}
