import { useEffect, useState } from 'react';
import { Header, MenuItem, MenuSection, useFilter } from 'react-aria-components';
import type { SearchHit } from '../../../contract/index.ts';
import { available } from '../../actions/registry.ts';
import { go, goIn } from '../../actions/route.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { capital } from '../../messages/format.ts';
import { useBoards, useCommunities } from '../../stores/index.ts';
import { Byline, FilterMenu, Key, Message, Foreign } from '../../ui/index.ts';
import { Snippet } from './Snippet.tsx';
import './palette.css';
import { useStateFor } from '../useStateFor.ts';

const words = t.shell.palette;
const leastLetters = 2;

type Found =
  | { state: 'idle' | 'searching' }
  | { state: 'found'; hits: SearchHit[] }
  | { state: 'failed'; message: string };

/** Posts that contain the words, requested a moment after the last letter. */
function usePosts(query: string): Found {
  const client = useClient();
  const text = query.trim();
  const [found, setFound] = useStateFor<Found>(text, {
    state: text.length < leastLetters ? 'idle' : 'searching',
  });
  useEffect(() => {
    if (text.length < leastLetters) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.boards.search({ query: text, limit: 20 }, { signal: stop.signal }).then(
        (page) => setFound({ state: 'found', hits: page.items }),
        (error: unknown) => {
          if (!stop.signal.aborted) setFound({ state: 'failed', message: problemOf(error).message });
        },
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, text, setFound]);
  return found;
}

/** One field for every action, board, community and post. `current` is the community that is shown. */
export function Palette({ current, onClose }: { current: string; onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { contains } = useFilter({ sensitivity: 'base' });
  const boards = useBoards().value ?? [];
  const posts = usePosts(query);
  const text = query.trim();
  const actions = available().filter((action) => action.id !== 'palette' && action.id !== 'search');
  const shownActions = actions.filter(
    (action) => contains(action.label, text) || contains(action.speech ?? '', text),
  );
  const shownBoards = boards.filter(
    (board) => !board.archived && contains(`${board.name} ${board.slug}`, text),
  );
  const cards = (useCommunities().value ?? []).filter(
    ({ id, name }) => id !== current && text !== '' && contains(name, text),
  );
  const hits = posts.state === 'found' ? posts.hits : [];
  const nothing =
    shownActions.length === 0 && shownBoards.length === 0 && cards.length === 0 && hits.length === 0;

  const choose = (id: string) => {
    onClose();
    const [kind, ...rest] = id.split(':');
    const value = rest.join(':');
    if (kind === 'action') actions.find((action) => action.id === value)?.run();
    if (kind === 'community') goIn(value, 'overview');
    if (kind === 'board') go('boards', boards.find((board) => board.id === value)?.slug ?? value);
    const hit = kind === 'post' ? hits.find((candidate) => candidate.post === value) : undefined;
    if (hit) go('boards', 'post', hit.post);
  };

  return (
    <FilterMenu
      title={words.title}
      label={words.label}
      found={words.found}
      query={query}
      onQuery={setQuery}
      onChoose={choose}
      onClose={onClose}
      empty={posts.state === 'searching' ? words.searching : words.nothing}
      foot={
        <>
          {posts.state === 'searching' && words.searching}
          {posts.state === 'failed' && words.searchFailed(posts.message)}
          {(posts.state === 'idle' || posts.state === 'found') && !nothing && words.foot}
        </>
      }
    >
      {shownActions.length > 0 && (
        <MenuSection>
          <Header className="palette-head mono">{words.actions}</Header>
          {shownActions.map((action) => (
            <MenuItem
              key={action.id}
              id={`action:${action.id}`}
              textValue={capital(action.label)}
              className="menu-item"
            >
              <span className="menu-line">
                {capital(action.label)}
                {action.shortcut !== undefined && <Key shortcut={action.shortcut} />}
              </span>
            </MenuItem>
          ))}
        </MenuSection>
      )}
      {shownBoards.length > 0 && (
        <MenuSection>
          <Header className="palette-head mono">{words.boards}</Header>
          {shownBoards.map((board) => (
            <MenuItem key={board.id} id={`board:${board.id}`} textValue={board.name} className="menu-item">
              <span className="menu-line">
                <span className="cyan">
                  <Foreign text={board.name} />
                </span>
                <span className="soft small mono">{board.slug}</span>
              </span>
            </MenuItem>
          ))}
        </MenuSection>
      )}
      {cards.length > 0 && (
        <MenuSection>
          <Header className="palette-head mono">{words.communities}</Header>
          {cards.map((card) => (
            <MenuItem key={card.id} id={`community:${card.id}`} textValue={card.name} className="menu-item">
              <Foreign text={card.name} />
            </MenuItem>
          ))}
        </MenuSection>
      )}
      {hits.length > 0 && (
        <MenuSection>
          <Header className="palette-head mono">{words.posts}</Header>
          {hits.map((hit) => (
            <MenuItem key={hit.post} id={`post:${hit.post}`} textValue={hit.subject} className="menu-item">
              <span className="menu-line">
                <span className="strong cut">
                  <Foreign text={hit.subject} />
                </span>
                <span className="soft small cut palette-from">
                  <Message
                    text={words.in}
                    board={hit.boardName}
                    author={<Byline author={hit.author} sourceName={hit.sourceName} />}
                  />
                </span>
              </span>
              <Snippet hit={hit} />
            </MenuItem>
          ))}
        </MenuSection>
      )}
    </FilterMenu>
  );
}
