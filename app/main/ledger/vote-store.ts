import { equalBytes } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { Problem } from '../kernel/errors.ts';
import { encodeCertificate, openCertificate, type Certificate } from './certificate.ts';
import { encodeVote, openVote, type Vote } from './vote.ts';

/** A block with its leader's vote for it, as it travels and is stored [K3]. */
export interface Proposal {
  readonly hash: Uint8Array;
  readonly epoch: number;
  readonly slot: number;
  /** The encoded block. */
  readonly block: Uint8Array;
  readonly vote: Vote;
}

/** What has to be on the disk before any of it is acted on. */
export interface Keep {
  readonly votes: readonly Vote[];
  readonly certificates: readonly Certificate[];
  readonly proposals: readonly Proposal[];
}

export interface Kept extends Keep {
  /** How many votes were ever written here. */
  readonly count: number;
  /** The highest slot that was ever voted in; 0 for none. */
  readonly slot: number;
  /** What was forgotten: slots up to this one in its epoch, and all epochs before. */
  readonly settled: { readonly epoch: number; readonly slot: number };
}

/** [K6] Where own votes are written before they are sent, with what is needed to stand by them. */
export interface VoteStore {
  /** What is kept for a key; null when this log was not begun for it, so that it proves nothing [K10]. */
  load(key: Uint8Array): Promise<Kept | null>;
  /** Begins a log for a key that has never voted. Throws a Problem `votes-exist` when there is one already. */
  begin(key: Uint8Array): Promise<void>;
  /** Resolves once all of it would survive a power cut. Rejects a vote that contradicts one that is kept. */
  put(keep: Keep): Promise<void>;
  /** Forgets what belongs to slots up to `slot`, and to epochs before `epoch`. */
  settle(epoch: number, slot: number): Promise<void>;
}

interface VoterRow {
  key: Uint8Array;
  votes: number;
  slot: number;
  settled_epoch: number;
  settled_slot: number;
}

/** The vote log in a file of its own, shaped by `voteMigrations` and opened to survive a power cut. */
export function createVoteStore(db: Database): VoteStore {
  const voter = db.prepare<VoterRow>('SELECT * FROM voter');
  const begin = db.prepare('INSERT INTO voter VALUES (1, ?, 0, 0, 0, 0)');
  const count = db.prepare('UPDATE voter SET votes = votes + 1, slot = max(slot, ?)');
  const addVote = db.prepare('INSERT INTO vote (epoch, slot, kind, bytes) VALUES (?, ?, ?, ?)');
  const addCertificate = db.prepare(
    'INSERT OR IGNORE INTO certificate (epoch, slot, kind, bytes) VALUES (?, ?, ?, ?)',
  );
  const addProposal = db.prepare(
    'INSERT OR IGNORE INTO proposal (hash, epoch, slot, block, vote) VALUES (?, ?, ?, ?, ?)',
  );
  const settle = db.prepare(
    'UPDATE voter SET settled_epoch = ?, settled_slot = ? WHERE (settled_epoch, settled_slot) < (?, ?)',
  );
  const forget = ['vote', 'certificate', 'proposal'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE epoch < ? OR (epoch = ? AND slot <= ?)`),
  );
  const bytes = (table: string) =>
    db.prepare<{ bytes: Uint8Array }>(`SELECT bytes FROM ${table} ORDER BY epoch, slot`).all();
  return {
    async load(key) {
      const row = voter.get();
      if (!row || !equalBytes(row.key, key)) return null;
      const proposals = db
        .prepare<{
          hash: Uint8Array;
          epoch: number;
          slot: number;
          block: Uint8Array;
          vote: Uint8Array;
        }>('SELECT hash, epoch, slot, block, vote FROM proposal ORDER BY epoch, slot')
        .all();
      return {
        count: row.votes,
        slot: row.slot,
        settled: { epoch: row.settled_epoch, slot: row.settled_slot },
        votes: bytes('vote').map((one) => openVote(one.bytes)),
        certificates: bytes('certificate').map((one) => openCertificate(one.bytes)),
        proposals: proposals.map((one) => ({ ...one, vote: openVote(one.vote) })),
      };
    },
    async begin(key) {
      if (voter.get()) {
        throw new Problem(
          'votes-exist',
          'A vote log was begun here already.',
          'Keep it with the key it was made for.',
        );
      }
      begin.run(key);
    },
    async put({ votes, certificates, proposals }) {
      db.transaction(() => {
        for (const { hash, epoch, slot, block, vote } of proposals) {
          addProposal.run(hash, epoch, slot, block, encodeVote(vote));
        }
        for (const one of certificates) {
          addCertificate.run(one.epoch, one.slot, one.kind, encodeCertificate(one));
        }
        for (const vote of votes) {
          addVote.run(vote.epoch, vote.slot, vote.kind, encodeVote(vote));
          count.run(vote.slot);
        }
      });
    },
    async settle(epoch, slot) {
      db.transaction(() => {
        settle.run(epoch, slot, epoch, slot);
        for (const statement of forget) statement.run(epoch, epoch, slot);
      });
    },
  };
}
