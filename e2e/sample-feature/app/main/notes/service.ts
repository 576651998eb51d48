import type { Note } from '../../contract/notes.ts';
import type { Person } from '../../contract/index.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Ledger } from '../ledger/index.ts';
import { bodyOf } from '../log/event.ts';
import type { Log } from '../log/log.ts';
import type { Gate } from '../moderation/index.ts';
import { noteKinds, notePin, type NoteWrite } from './kinds.ts';
import { problem } from './problems.ts';

export interface NotesInit {
  readonly db: Database;
  readonly signer: Signer;
  readonly log: Log;
  readonly ledger: Pick<Ledger, 'act'>;
  readonly gate: Pick<Gate, 'own'>;
  readonly person: (key: Uint8Array) => Person;
  readonly maxCharacters: () => number;
}

interface Row {
  n: number;
  id: Uint8Array;
  key: Uint8Array;
  at: number;
  bytes: Uint8Array;
  pinned: number;
  seen: number;
}

export type Notes = ReturnType<typeof createNotes>;

/** Short notes for everybody. */
export function createNotes({ db, signer, log, ledger, gate, person, maxCharacters }: NotesInit) {
  return {
    list: (): Note[] =>
      db
        .prepare<Row>(
          `SELECT n.n, e.id, a.key, n.at, e.bytes, p.note IS NOT NULL AS pinned,
             n.n <= COALESCE((SELECT upto FROM note_seen), 0) AS seen
           FROM note n JOIN event e ON e.seq = n.n JOIN author a ON a.n = n.author
           LEFT JOIN note_pin p ON p.note = e.id LEFT JOIN held_item h ON h.n = n.n
           WHERE h.hidden IS NOT 1 ORDER BY pinned DESC, n.at DESC, n.n DESC LIMIT 200`,
        )
        .all()
        .map(({ id, key, at, bytes, pinned, seen }) => ({
          id: cidOf(id),
          author: person(key),
          at,
          text: bodyOf<NoteWrite>(bytes).text,
          pinned: pinned === 1,
          seen: seen === 1,
        })),

    /** Rejects with a Problem `note-too-long`, `held-back` or `out-of-role`. */
    async write(text: string): Promise<{ id: string }> {
      const most = maxCharacters();
      if (text.length > most) throw problem('note-too-long', { most });
      const words = { text, shownAt: [0, text.length] as const, kind: 'note', board: null, askReview: false };
      const passed = await gate.own(words);
      const [event] = log.appendAll(signer, passed.drafts({ kind: noteKinds.write.name, body: { text } }));
      return { id: cidOf(event!.id) };
    },

    pin: (id: string): Promise<void> => ledger.act(notePin.name, { note: digestOf(id) }),

    markSeen(): void {
      db.prepare('INSERT OR REPLACE INTO note_seen (one, upto) VALUES (1, ?)').run(log.store.latestSeq());
    },

    count: (): number => db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM note').get()!.n,
  };
}
