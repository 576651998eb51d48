import * as z from 'zod';
import type { LedgerKind } from '../ledger/index.ts';
import type { Kind } from '../log/kinds.ts';

const Write = z.strictObject({ text: z.string().min(1).max(1000) });
export type NoteWrite = z.infer<typeof Write>;

/** Events of the log. */
export const noteKinds = {
  write: {
    name: 'note.write',
    stratum: 'content',
    body: Write,
    leastRole: 'member',
    redacted: () => ({ text: '…' }),
  },
} as const satisfies Record<string, Kind>;

const Pin = z.strictObject({ note: z.instanceof(Uint8Array) });

/** The key of a pin in the state of the ledger. */
export const pinKey = (note: Uint8Array): string => `note-pin/${Buffer.from(note).toString('hex')}`;

/** A transaction: pins a note for everybody. */
export const notePin: LedgerKind<z.infer<typeof Pin>> = {
  name: 'note.pin',
  body: Pin,
  leastRole: 'moderator',
  execute({ body: { note }, state }) {
    state.set(pinKey(note), note);
    return [{ name: 'note.pinned', facts: { note } }];
  },
};
