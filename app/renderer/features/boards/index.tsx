import { useEffect, useRef, useState } from 'react';
import type { Thread } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { go, href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { useBoards, useNode } from '../../stores/index.ts';
import { Button, EmptyState, Loading, Panel, ProblemNotice } from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { useDoing } from '../useDoing.ts';
import { useNarrow } from '../useNarrow.ts';
import { BoardList } from './BoardList.tsx';
import { Composer } from './Composer.tsx';
import { NewBoardDialog } from './dialogs.tsx';
import { atLeast } from '../roles.ts';
import { SearchView } from './SearchView.tsx';
import { ThreadList } from './ThreadList.tsx';
import { ThreadView } from './ThreadView.tsx';
import './boards.css';
import './post.css';
import { useStateFor } from '../useStateFor.ts';

const ALL = 'all';
const SEARCH = 'search';

/**
 * The boards room: the list of boards, a board’s threads, a thread. The place is `[board, thread, post]`,
 * `['post', id]` for a permalink, `['search', words]`, or empty.
 */
export function BoardsView({ path }: { path: readonly string[] }) {
  if (path[0] === 'post' && path[1] !== undefined) return <Permalink id={path[1]} />;
  return <Browser path={path} />;
}

/** Looks up a post’s thread and goes there. */
function Permalink({ id }: { id: string }) {
  const client = useClient();
  const asked = useCall(() => client.boards.post({ id }), [id]);
  const post = asked.data;
  useEffect(() => {
    if (post) location.replace(href('boards', post.board, post.thread, post.id));
  }, [post]);
  return (
    <Panel title={words.title}>
      {asked.problem ? (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={() => go('boards')}>{words.toBoards}</Button>}
        />
      ) : (
        <Loading what={words.loadingPosts} />
      )}
    </Panel>
  );
}

function Browser({ path }: { path: readonly string[] }) {
  const client = useClient();
  const boards = useBoards();
  const role = useNode().value?.me?.role;
  const narrow = useNarrow();
  const rows = useRef<ListHandle>(null);
  const [unreadOnly, setUnreadOnly] = useState(false);
  const [making, setMaking] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const [thread, setThread] = useState<Thread | null>(null);

  const searching = path[0] === SEARCH;
  const named = searching ? undefined : path[0];
  const board = boards.value?.find((entry) => entry.id === named || entry.slug === named) ?? null;
  const threadId = searching ? undefined : path[1];
  const [composing, setComposing] = useStateFor(path.slice(0, 2).join('/'), false);
  const place = board?.slug ?? ALL;
  const inThread = threadId !== undefined;
  const browsing = !inThread && !searching && !making && !composing;
  const mayWrite = board !== null && !board.archived && atLeast(role, board.postRole);

  useDoing(
    inThread && thread
      ? words.doing.reading(thread.boardName)
      : board
        ? words.doing.browsing(board.name)
        : words.doing.all,
  );

  const backToThreads = () => (narrow && !inThread ? go('boards') : go('boards', place));

  /** Moves the focus to the list of boards: beside the threads if it fits, else one level up. */
  const focusBoards = () => (narrow ? go('boards') : rows.current?.focus());
  useActions([
    {
      id: 'boards.new',
      label: words.keys.newThread,
      section: 'view',
      shortcut: 'n',
      line: true,
      when: () => !making && !composing && !searching && mayWrite,
      run: () => setComposing(true),
    },
    {
      id: 'boards.search',
      label: words.keys.search,
      section: 'view',
      shortcut: '/',
      line: true,
      when: () => !searching,
      run: () => go('boards', SEARCH),
    },
    {
      id: 'boards.unread',
      label: unreadOnly ? words.keys.allThreads : words.keys.unread,
      section: 'view',
      shortcut: 'u',
      line: true,
      when: () => browsing,
      run: () => setUnreadOnly(!unreadOnly),
    },
    {
      id: 'boards.read',
      label: words.keys.markRead,
      section: 'view',
      shortcut: 'm',
      line: true,
      when: () => browsing,
      run: () => void client.boards.markRead(board ? { board: board.id } : {}).catch(() => boards.refresh()),
    },
    {
      id: 'boards.make',
      label: words.keys.newBoard,
      section: 'community',
      shortcut: 'b',
      line: true,
      when: () => browsing && atLeast(role, 'co-sysop'),
      run: () => setMaking(true),
    },
    {
      id: 'boards.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      when: () => browsing && named !== undefined,
      run: () => go('boards'),
    },
    {
      id: 'boards.back.h',
      label: words.keys.back,
      section: 'view',
      shortcut: 'h',
      when: () => browsing && (named !== undefined || !narrow),
      run: () => focusBoards(),
    },
    {
      id: 'boards.back.left',
      label: words.keys.back,
      section: 'view',
      shortcut: 'arrowleft',
      when: () => browsing && (named !== undefined || !narrow),
      run: () => focusBoards(),
    },
  ]);

  const tools = (
    <>
      {mayWrite && (
        <Button kind="quiet" onPress={() => setComposing(true)}>
          {words.newThread}
        </Button>
      )}
      <Button kind="quiet" onPress={() => go('boards', SEARCH)}>
        {words.search.title}
      </Button>
    </>
  );
  const list = (
    <BoardList
      handle={rows}
      boards={boards}
      shown={board?.id ?? null}
      autoFocus={narrow}
      onOpen={(entry) => go('boards', entry?.slug ?? ALL)}
    />
  );
  if (narrow && path.length === 0) {
    return (
      <div className="boards">
        <div className="boards-tools">{tools}</div>
        {list}
        {making && (
          <NewBoardDialog
            onClose={() => setMaking(false)}
            onMade={(slug) => {
              setMaking(false);
              go('boards', slug);
            }}
          />
        )}
      </div>
    );
  }
  const unknown = named !== undefined && named !== ALL && boards.value !== null && board === null;
  return (
    <div className={`boards ${narrow ? '' : 'boards-two'}`}>
      {!narrow && list}
      <div className="boards-main">
        {narrow && !searching && (
          <div className="boards-up">
            <Button kind="quiet" onPress={inThread ? backToThreads : () => go('boards')}>
              ← {inThread ? (board?.name ?? words.all) : words.title}
            </Button>
            {!inThread && !composing && <span className="boards-tools">{tools}</span>}
          </div>
        )}
        {searching ? (
          <SearchView
            query={path[1] ?? ''}
            board={null}
            boards={boards.value ?? []}
            onQuery={showQuery}
            onOpen={(hit) => go('boards', hit.board, hit.thread, hit.post)}
            onBack={() => go('boards')}
          />
        ) : unknown && !inThread ? (
          <Panel title={words.title}>
            <EmptyState
              title={words.missingBoard}
              action={<Button onPress={() => go('boards')}>{words.toBoards}</Button>}
            />
          </Panel>
        ) : composing && board ? (
          <Composer
            title={words.composer.newThread(board.name)}
            draftKey={`thread.${board.id}`}
            withSubject
            withFiles
            onClose={() => setComposing(false)}
            board={board.id}
            onSend={async (written) => {
              const made = await client.boards.startThread({ board: board.id, ...written });
              go('boards', board.slug, made.id);
            }}
          />
        ) : inThread ? (
          <ThreadView
            key={`${threadId} ${path[2] ?? ''}`}
            id={threadId}
            at={path[2]}
            mayMark={atLeast(role, 'moderator')}
            onBack={backToThreads}
            onThread={setThread}
          />
        ) : (
          <ThreadList
            board={board?.id ?? null}
            title={board?.name ?? words.all}
            description={board?.description ?? null}
            unreadOnly={unreadOnly}
            tools={narrow ? undefined : tools}
            active={active}
            onActive={(entry) => setActive(entry.id)}
            onOpen={(entry) => go('boards', entry.board, entry.id)}
          />
        )}
      </div>
      {making && (
        <NewBoardDialog
          onClose={() => setMaking(false)}
          onMade={(slug) => {
            setMaking(false);
            go('boards', slug);
          }}
        />
      )}
    </div>
  );
}

function showQuery(query: string): void {
  history.replaceState(null, '', query === '' ? href('boards', SEARCH) : href('boards', SEARCH, query));
}
