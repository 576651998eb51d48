import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { MembersView } from './index.tsx';

export const members: ConsoleFeature = {
  name: 'members',
  room: { label: t.shell.rooms.members, shortcut: '6', group: 0, place: 6 },
  View: MembersView,
};
