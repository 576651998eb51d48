import type * as contract from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { bodyOf } from '../log/event.ts';
import type { Log } from '../log/log.ts';
import type { Finding } from './finding.ts';
import type { ThreadStart } from './kinds.ts';
import { numbers, type BoardQueries, type PostRow } from './queries.ts';
import type { Surroundings } from './surroundings.ts';
import { SearchRenewal, type Notices } from './search-renewal.ts';
import { SearchScrub } from './search-scrub.ts';
import { wordsOf, type SearchWord } from './search-text.ts';
import { SearchIndex } from './search.ts';
import { snippetOf } from './snippet.ts';

type Outputs = contract.Outputs['boards'];

/** Posts taken into the search index at a time: a few milliseconds of work. */
const INDEX_SLICE = 250;
/** The same when a caller waits for all posts. */
const INDEX_BULK = 5000;
/** Finds posts by their words. The index follows the posts in slices. */
export function createSearching(
  {
    db,
    log,
    notices,
    around,
  }: {
    readonly db: Database;
    readonly log: Pick<Log, 'store'>;
    readonly notices: Notices;
    readonly around: Pick<Surroundings, 'person'>;
  },
  queries: BoardQueries,
  { boardFor }: Finding,
) {
  const search = new SearchIndex(db);
  const renewal = new SearchRenewal(search, notices);

  function hitOf(row: PostRow, words: readonly SearchWord[]): contract.SearchHit {
    const { subject, boardName } = queries.headingOf(row);
    const original = bodyOf<Partial<Pick<ThreadStart, 'subject'>> & Omit<ThreadStart, 'subject'>>(row.bytes);
    const { text } =
      row.text_seq === row.n ? original : bodyOf<{ text: string }>(log.store.bytesAt(row.text_seq));
    return {
      post: cidOf(row.id),
      thread: cidOf(row.thread_id),
      board: cidOf(row.board_id),
      boardName,
      subject: subject || original.subject || '…',
      author: around.person(row.author).handle,
      sourceName: original.source?.name ?? null,
      createdAt: row.at,
      ...snippetOf(text, words),
    };
  }

  return {
    /** Takes a slice of posts into the index, new ones first; returns whether more wait. */
    indexSome: (): boolean => search.index(INDEX_SLICE) || renewal.step(),

    /** Brings the index up to date; for imports and tests. */
    indexAll(): void {
      while (search.index(INDEX_BULK));
      while (renewal.step());
    },

    /** Removes deleted words from the search index, one step per call; returns true when done. */
    searchScrub(): () => boolean {
      const scrub = new SearchScrub(db);
      return () => scrub.step();
    },

    search({
      query,
      board,
      author,
      cursor,
      limit,
    }: {
      query: string;
      board?: string | undefined;
      author?: Uint8Array | undefined;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['search'] {
      search.index(INDEX_SLICE);
      const words = wordsOf(query);
      if (words.length === 0) return { items: [], next: null, total: null };
      const filter = {
        words,
        board: board === undefined ? null : boardFor(board).n,
        author: author === undefined ? null : log.store.authorOf(author),
      };
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numbers(cursor, 1)[0]!;
      const found = search.find(filter, before, limit + 1);
      const items = found.slice(0, limit).flatMap((n) => {
        const post = queries.postByRow(n);
        return post ? [hitOf(post, words)] : [];
      });
      return { items, next: found.length > limit ? String(found[limit - 1]) : null, total: null };
    },
  };
}
