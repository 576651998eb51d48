import { createVoteStore, voteMigrations, type Mark } from '../ledger/index.ts';
import type { OpenBallotBox } from '../node/ballot-box.ts';
import { openDatabase } from '../platform/sqlite/database.ts';

/**
 * The vote log of one node, on a disk of its own that loses nothing: what becomes of votes on a bad disk is
 * looked into by the worlds of `ledger/`.
 */
export function steadyBallots(): OpenBallotBox {
  const db = openDatabase(':memory:', voteMigrations);
  let mark: Mark | null = { votes: 0, slot: 0 };
  return {
    votes: createVoteStore(db),
    mark: {
      read: async () => mark,
      async write(next) {
        mark = next;
      },
    },
    async renew() {},
    async close() {
      db.close();
    },
  };
}
