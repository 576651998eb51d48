import { defineFeature, type FeaturePorts, type StoredBase } from '../feature/index.ts';
import { gauge } from '../kernel/metric.ts';
import { kindsOf, type Ledger } from '../ledger/index.ts';
import { done, type Api, type ServiceIn } from '../api/index.ts';
import type { Log } from '../log/log.ts';
import type { Members } from '../members/index.ts';
import type { Moderation } from '../moderation/index.ts';
import { noteItems } from './items.ts';
import { noteKinds, notePin } from './kinds.ts';
import { noteMigrations } from './migrations.ts';
import { NoteProjection, pinProjection } from './projection.ts';
import { createNotes, type Notes } from './service.ts';

interface Services {
  readonly notes: Notes;
}

export const notesFeature = defineFeature({
  name: 'notes',
  needs: ['ledger', 'log', 'members', 'moderation'],
  migrations: noteMigrations,
  kinds: Object.values(noteKinds),
  tables: { kept: ['note_seen'], derived: ['note', 'note_pin'] },
  ledgerKinds: kindsOf(notePin),
  ledgerProjection: ({ db }) => pinProjection(db),
  stored: ({ db }: StoredBase) => ({ projections: [new NoteProjection(db)], items: [noteItems(db)] }),
  create: (
    { db, signer, settings }: Pick<FeaturePorts, 'db' | 'signer' | 'settings'>,
    needs: {
      ledger: Pick<Ledger, 'act'>;
      log: Log;
      members: Pick<Members, 'person'>;
      moderation: Pick<Moderation, 'gate'>;
    },
  ) =>
    createNotes({
      db,
      signer,
      log: needs.log,
      ledger: needs.ledger,
      gate: needs.moderation.gate,
      person: needs.members.person,
      maxCharacters: () => settings().notes.maxCharacters,
    }),
  api: (api: Api['notes'], notes: ServiceIn<Notes>) => ({
    list: api.list.handler(({ context }) => notes(context).list()),
    write: api.write.handler(({ input, context }) => notes(context).write(input.text)),
    pin: api.pin.handler(async ({ input, context }) => done(await notes(context).pin(input.id))),
    markSeen: api.markSeen.handler(({ context }) => done(notes(context).markSeen())),
  }),
  metrics: (notes) => [gauge('impulse_notes', 'Notes in the log.', notes.count())],
  acts: [
    {
      name: 'note',
      weight: 3,
      act: ({ notes }: Services, rng) => notes.write(`note ${rng.between(0, 1e6)}`),
    },
    {
      name: 'pin',
      weight: 1,
      act({ notes }: Services, rng) {
        const all = notes.list();
        return all.length === 0 ? null : notes.pin(rng.pick(all).id);
      },
    },
  ],
  commands: [
    {
      name: 'note list',
      summary: 'list the notes, pinned ones first',
      examples: ['note list'],
      async run(client) {
        const notes = await client.notes.list({});
        const lines = notes.map(
          ({ author, text, pinned }) => `${pinned ? '* ' : ''}${author.handle}: ${text}`,
        );
        return { text: lines.join('\n'), data: notes };
      },
    },
    {
      name: 'note write',
      summary: 'write a note',
      examples: ['note write "The ferry is late."'],
      arguments: [{ name: '<text>', help: 'the note' }],
      async run(client, { arguments: [text = ''] }) {
        const written = await client.notes.write({ text });
        return { text: written.id, data: written };
      },
    },
    {
      name: 'note pin',
      summary: 'pin a note for everybody',
      examples: ['note pin bafyrei…'],
      arguments: [{ name: '<id>', help: 'the id of the note' }],
      async run(client, { arguments: [id = ''] }) {
        await client.notes.pin({ id });
        return { text: 'Pinned.', data: { id } };
      },
    },
  ],
});
