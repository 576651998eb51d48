import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { ModerationView } from './index.tsx';

export const moderation: ConsoleFeature = {
  name: 'moderation',
  room: { label: t.shell.rooms.moderation, shortcut: 'm', group: 1, place: 2 },
  View: ModerationView,
};
