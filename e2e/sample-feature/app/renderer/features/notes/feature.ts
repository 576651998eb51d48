import type { ConsoleFeature } from '../../feature.ts';
import { NotesView } from './index.tsx';
import { words } from './words.ts';

export const notes: ConsoleFeature = {
  name: 'notes',
  room: { label: words.title, shortcut: '8', group: 0, place: 5 },
  View: NotesView,
  settings: {
    title: words.settings,
    fields: [{ path: 'notes.maxCharacters', kind: 'number', ...words.most }],
  },
};
