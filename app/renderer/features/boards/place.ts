import { href } from '../../actions/route.ts';

/** The part of the address that stands for all boards. */
export const ALL = 'all';
const SEARCH = 'search';

/** The part of the address that leads to the search. */
export const searchPlace = ['boards', SEARCH] as const;

/** The place that an address names: a search, or a board (by slug or id), a thread and a post in it. */
export interface BoardsPlace {
  readonly searching: boolean;
  readonly query: string;
  readonly board: string | undefined;
  readonly thread: string | undefined;
  readonly post: string | undefined;
}

/** Parses the place in the boards room: `[board, thread, post]`, `['search', words]`, or empty. */
export function placeOf(path: readonly string[]): BoardsPlace {
  if (path[0] === SEARCH)
    return { searching: true, query: path[1] ?? '', board: undefined, thread: undefined, post: undefined };
  return { searching: false, query: '', board: path[0], thread: path[1], post: path[2] };
}

/** Writes the search into the address, without a new entry in the history. */
export function showQuery(query: string): void {
  const place = query === '' ? href(...searchPlace) : href(...searchPlace, query);
  history.replaceState(null, '', place);
}
