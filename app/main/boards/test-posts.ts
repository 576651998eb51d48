import type { Database } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { sha256 } from '../kernel/sha256.ts';
import { Log } from '../log/log.ts';
import { LogStore } from '../log/store.ts';
import { Roster } from '../members/roster.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { boardKinds } from './kinds.ts';
import { BoardsProjection } from './projection.ts';

const START_MS = 1_700_000_000_000;
const mara = signerOf(sha256(Buffer.from('mara')));

/** A log with one board in a database for tests, and how to write to it. */
export function postsIn(db: Database) {
  let nowMs = START_MS;
  const store = new LogStore(db);
  const log = new Log({
    db,
    store,
    clock: { now: () => nowMs++, after: () => () => {} },
    verifier: immediateVerifier,
    community: sha256(Buffer.from('community')),
    genesisTime: ticksOf(START_MS),
    projections: [new BoardsProjection(db, { isMe: () => false, since: 0 }, store)],
    authority: new Roster({ key: mara.publicKey, handle: 'Mara', time: ticksOf(START_MS) }),
  });
  const { id: board } = log.append(mara, boardKinds.create.name, {
    slug: 'harbour',
    name: 'Harbour',
    description: '',
    postRole: 'member',
  });
  return {
    /** Starts a thread; returns the row and the id of its first post. */
    write(text: string, subject = 'Subject'): { n: number; id: Uint8Array } {
      const { id } = log.append(mara, boardKinds.start.name, {
        board,
        subject,
        text,
        format: 'plain',
        attachments: [],
      });
      return { n: db.prepare<{ n: number }>('SELECT MAX(n) AS n FROM post').get()!.n, id };
    },
    edit: (post: Uint8Array, text: string) => void log.append(mara, boardKinds.edit.name, { post, text }),
    delete: (post: Uint8Array) => void log.append(mara, boardKinds.delete.name, { post, reason: '' }),
    rebuild: () => log.rebuild(),
  };
}
