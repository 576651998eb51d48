import type * as contract from '../../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Logger } from '../kernel/logger.ts';
import { Changes } from './changes.ts';
import { createFinding } from './finding.ts';
import { createNews } from './news.ts';
import { BoardQueries } from './queries.ts';
import type { Surroundings } from './surroundings.ts';
import { createReadingMarks } from './reading-marks.ts';
import { createReading } from './reading.ts';
import type { Notices } from './search-renewal.ts';
import { createSearching } from './searching.ts';
import { createUpkeep } from './upkeep.ts';
import { createWriting, type WritingInit } from './writing.ts';

export interface BoardsInit extends WritingInit {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly notices: Notices;
  readonly around: Surroundings;
  /** Ticks of joining. */
  readonly since: number;
}

export type Boards = ReturnType<typeof createBoards>;

/** Boards, threads and posts for the console: reads pages, writes events, finds words, reports changes. */
export function createBoards(init: BoardsInit) {
  const { db, log, clock, around } = init;
  const queries = new BoardQueries(db, around, init.since);
  const changes = new Changes(clock);
  const finding = createFinding(queries);
  const searching = createSearching(init, queries, finding);
  const upkeep = createUpkeep({
    clock,
    logger: init.logger,
    step: () => {
      queries.counters.catchUp();
      return searching.indexSome();
    },
  });
  const news = createNews(queries, changes, () => upkeep.soon());
  let stopListening = () => {};

  return {
    ...createReading(queries, finding),
    ...createWriting(init, queries, finding),
    ...createReadingMarks(init, queries, changes),
    search: searching.search,
    indexAll: searching.indexAll,
    searchScrub: searching.searchScrub,
    certified: news.certified,
    holdsChanged: news.holdsChanged,
    counts: () => queries.counters.totals(clock.now()),
    hours: () => queries.counters.hours(clock.now()),
    onChange: (listener: (change: contract.BoardsChange) => void) => changes.onChange(listener),

    start(): void {
      stopListening = log.onCommit(news.onCommit);
      upkeep.soon();
    },

    stop(): void {
      stopListening();
      upkeep.stop();
    },
  };
}
