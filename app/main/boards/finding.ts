import { digestOf } from '../kernel/cid.ts';
import { problem } from './problems.ts';
import type { BoardQueries, PostRow } from './queries.ts';

/** Rows by the ids of the contract. Throws a Problem `board-unknown`, `thread-unknown` or `post-unknown`. */
export type Finding = ReturnType<typeof createFinding>;

export function createFinding(queries: BoardQueries) {
  const boardFor = (id: string) => {
    const board = queries.board(digestOf(id));
    if (!board) throw problem('board-unknown');
    return board;
  };

  const postFor = (id: string): PostRow => {
    const row = queries.row(digestOf(id));
    if (!row) throw problem('post-unknown');
    return row;
  };

  const threadFor = (id: string) => {
    const found = queries.thread(digestOf(id));
    if (!found) throw problem('thread-unknown');
    return found;
  };

  return { boardFor, postFor, threadFor };
}
