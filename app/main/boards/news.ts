import type { Committed } from '../log/commit-listeners.ts';
import type { HoldChange } from '../moderation/index.ts';
import { MAX_TOLD_THREADS, type Changes } from './changes.ts';
import { boardKinds } from './kinds.ts';
import type { BoardQueries } from './queries.ts';

/**
 * Notes what the console must read again after events, blocks and holds.
 *
 * @param written hears that posts were written or changed.
 */
export function createNews(queries: BoardQueries, changes: Changes, written: () => void) {
  const onCommit = (batch: readonly Committed[]) => {
    let posts = false;
    for (const { event, origin } of batch) {
      const body = event.body as { board?: Uint8Array; thread?: Uint8Array; post?: Uint8Array };
      if (event.kind === boardKinds.start.name || event.kind === boardKinds.reply.name) {
        posts = true;
        // Posts by others are reported once they have passed the gate.
        if (origin === 'own')
          changes.note({ board: body.board!, thread: body.thread ?? event.id, newPost: true });
      } else if (event.kind === boardKinds.create.name) {
        changes.note({ board: event.id });
      } else if (event.kind === boardKinds.update.name) {
        changes.note({ board: body.board! });
      } else if (event.kind === boardKinds.mark.name) {
        changes.note({ thread: body.thread! });
      } else if (body.post && event.kind.startsWith('post.')) {
        posts = true;
        const row = queries.row(body.post);
        if (row) changes.note({ board: row.board_id, thread: row.thread_id });
      }
    }
    if (posts) written();
  };

  /** [S10] A final block lists these events: the finality of posts among them changed. */
  const certified = (ids: readonly Uint8Array[]) => {
    if (!changes.isWatched) return;
    // For an import, whose blocks list thousands, looking up each would delay the chain.
    for (const place of queries.placesOf(ids.slice(0, MAX_TOLD_THREADS))) changes.note(place);
  };

  /** Posts were shown or hidden. */
  const holdsChanged = (held: readonly HoldChange[]) => {
    // Looking up the places of posts costs a node that nobody looks at a tenth of its work.
    if (!changes.isWatched) return;
    for (const { n, shown, live } of held) {
      const place = queries.placeByRow(n);
      if (place) changes.note({ ...place, newPost: shown && live });
    }
  };

  return { onCommit, certified, holdsChanged };
}
