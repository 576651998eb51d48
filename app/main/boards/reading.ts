import type * as contract from '../../contract/index.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Finding } from './finding.ts';
import { numbers, type BoardQueries } from './queries.ts';

type Inputs = contract.Inputs['boards'];
type Outputs = contract.Outputs['boards'];

/** Pages of boards, threads and posts. */
export function createReading(queries: BoardQueries, { postFor, threadFor }: Finding) {
  return {
    list: (): Outputs['list'] => queries.boards(),
    bySlug: (slug: string) => queries.bySlug(slug),

    threads: ({
      board,
      ...rest
    }: {
      board?: string | undefined;
      unreadOnly: boolean;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['threads'] =>
      queries.threads({
        board: board === undefined ? null : digestOf(board),
        unreadOnly: rest.unreadOnly,
        cursor: rest.cursor,
        limit: rest.limit,
      }),

    thread({
      id,
      around: near,
      cursor,
      limit,
    }: {
      id: string;
      around?: string | undefined;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['thread'] {
      const found = threadFor(id);
      const { thread, posts } = found;
      const place = near === undefined ? numbers(cursor ?? '0', 1)[0]! : queries.placeOf(postFor(near));
      const offset = near === undefined ? Math.max(0, place) : Math.floor(place / limit) * limit;
      const items = queries.posts(found, offset, limit);
      const end = offset + items.length;
      return { thread, offset, posts: { items, next: end < posts ? String(end) : null, total: posts } };
    },

    post: ({ id }: { id: string }): contract.Post => queries.post(postFor(id).id)!,

    history: ({ id }: Inputs['history']): Outputs['history'] => queries.history(postFor(id)),
  };
}
