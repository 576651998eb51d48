import type * as contract from '../../contract/index.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import type { Log } from '../log/log.ts';
import type { Changes } from './changes.ts';
import type { BoardQueries } from './queries.ts';

type Inputs = contract.Inputs['boards'];

/** The posts that this node's person has read; known on this node only. */
export function createReadingMarks(
  { db, log }: { readonly db: Database; readonly log: Pick<Log, 'store'> },
  queries: BoardQueries,
  changes: Changes,
) {
  return {
    /** Marks as read on this node only; nothing is sent. */
    markRead({ thread, board }: Inputs['markRead']): void {
      const where =
        thread !== undefined
          ? 'id = ?'
          : board !== undefined
            ? 'board = (SELECT n FROM board WHERE id = ?)'
            : '? IS NULL';
      const target = thread ?? board;
      const upto = log.store.latestTime();
      const id = target === undefined ? null : digestOf(target);
      db.transaction(() => {
        queries.counters.catchUp();
        db.prepare(
          `INSERT OR REPLACE INTO local_read (thread_id, upto) SELECT id, ? FROM thread WHERE unread > 0 AND ${where}`,
        ).run(upto, id);
        db.prepare(`UPDATE thread SET unread = 0, read_upto = ? WHERE unread > 0 AND ${where}`).run(upto, id);
        db.exec(
          'UPDATE board SET unread = (SELECT COALESCE(SUM(unread), 0) FROM thread WHERE thread.board = board.n)',
        );
      });
      for (const { id: changed } of queries.boards()) changes.note({ board: digestOf(changed) });
      changes.note(thread === undefined ? {} : { thread: digestOf(thread) });
    },
  };
}
