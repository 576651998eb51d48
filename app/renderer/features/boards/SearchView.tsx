import { isolated, shown } from '../../../contract/foreign-text.ts';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Ref } from 'react';
import { useStore } from 'zustand';
import type { Board, SearchHit } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { itemAt, PagedList } from '../../stores/index.ts';
import {
  Button,
  Byline,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  RelativeTime,
  LiveRegion,
  Select,
  TextField,
  VirtualList,
  Foreign,
} from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';

const TYPING_PAUSE_MS = 220;
const PAGE = 50;

/** A snippet with its matches marked. */
export function Marked({ hit }: { hit: Pick<SearchHit, 'snippet' | 'marks'> }) {
  const snippet = shown(hit.snippet);
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const [start, end] of hit.marks) {
    if (start < from || end > snippet.length) continue;
    parts.push(snippet.slice(from, start), <mark key={start}>{snippet.slice(start, end)}</mark>);
    from = end;
  }
  parts.push(snippet.slice(from));
  return (
    <span className="hit-text" dir="auto">
      {parts}
    </span>
  );
}

export interface SearchViewProps {
  readonly query: string;
  readonly board: string | null;
  readonly boards: readonly Board[];
  readonly onQuery: (query: string) => void;
  readonly onOpen: (hit: SearchHit) => void;
  readonly onBack: () => void;
}

/** Finds posts by their words, in all boards or in one. */
export function SearchView(props: SearchViewProps) {
  const { onQuery } = props;
  const rows = useRef<ListHandle>(null);
  const [typed, setTyped] = useState(props.query);
  const [query, setQuery] = useState(props.query.trim());
  const [board, setBoard] = useState(props.board ?? '');
  // Words from the address (a link, or Back) replace the typed ones.
  const told = useRef(props.query.trim());
  useEffect(() => {
    const asked = props.query.trim();
    if (asked === told.current) return;
    told.current = asked;
    setTyped(asked);
  }, [props.query]);
  useEffect(() => {
    const timer = setTimeout(() => {
      setQuery(typed.trim());
      if (told.current === typed.trim()) return;
      told.current = typed.trim();
      onQuery(typed.trim());
    }, TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, onQuery]);
  useActions([
    {
      id: 'search.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      line: true,
      run: props.onBack,
    },
    { id: 'search.back.h', label: words.keys.back, section: 'view', shortcut: 'h', run: props.onBack },
  ]);
  const options = [
    { value: '', label: words.search.everywhere },
    ...props.boards.map((entry) => ({ value: entry.id, label: isolated(entry.name) })),
  ];
  return (
    <Panel level={1} title={words.search.title} className="search" flush>
      <div
        className="search-form"
        onKeyDownCapture={(event) => {
          if (event.key === 'Escape') props.onBack();
          if (event.key === 'ArrowDown' && event.target instanceof HTMLInputElement) {
            event.preventDefault();
            rows.current?.focus();
          }
        }}
      >
        <TextField
          label={words.search.field}
          bare
          type="search"
          value={typed}
          onChange={setTyped}
          placeholder={words.search.placeholder}
          autoFocus
          maxLength={200}
          className="search-field"
        />
        <Select label={words.search.board} bare value={board} onChange={setBoard} options={options} />
      </div>
      {query === '' ? (
        <EmptyState title={words.search.start}>{words.search.startHint}</EmptyState>
      ) : (
        <Hits
          key={`${board} ${query}`}
          query={query}
          board={board === '' ? undefined : board}
          onOpen={props.onOpen}
          handle={rows}
        />
      )}
    </Panel>
  );
}

function Hits(props: {
  query: string;
  board: string | undefined;
  onOpen: (hit: SearchHit) => void;
  handle: Ref<ListHandle>;
}) {
  const { query, board, onOpen } = props;
  const client = useClient();
  const list = useMemo(
    () => new PagedList<SearchHit>((cursor) => client.boards.search({ query, board, cursor, limit: PAGE })),
    [client, query, board],
  );
  useEffect(() => void list.refresh(), [list]);
  const state = useStore(list.store);
  const source = useMemo(
    () => ({ count: state.count, at: (index: number) => itemAt(state, index) }),
    [state],
  );
  if (state.state === 'loading') return <Loading what={words.search.searching} />;
  if (state.problem && state.count === 0)
    return (
      <ProblemNotice
        problem={state.problem}
        action={<Button onPress={() => void list.refresh()}>{words.again}</Button>}
      />
    );
  if (state.count === 0) return <EmptyState title={words.search.none}>{words.search.noneHint}</EmptyState>;
  return (
    <div className="search-found">
      <LiveRegion>
        {words.search.found(state.total ?? state.count, state.total === null && state.more)}
      </LiveRegion>
      <VirtualList
        handle={props.handle}
        label={words.search.results}
        source={source}
        keyOf={(hit) => hit.post}
        estimate={72}
        onRange={(first, last) => list.ensure(first, last)}
        onOpen={onOpen}
        row={(hit) => (
          <div className="hit">
            <span className="hit-head">
              <span className="strong cut">
                <Foreign text={hit.subject} />
              </span>
              <span className="cyan">
                <Foreign text={hit.boardName} />
              </span>
              <span className="soft">
                <Byline author={hit.author} sourceName={hit.sourceName} />
              </span>
              <span className="soft mono hit-when">
                <RelativeTime at={hit.createdAt} short />
              </span>
            </span>
            <Marked hit={hit} />
          </div>
        )}
      />
    </div>
  );
}
