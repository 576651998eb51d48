import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { ChatView } from './index.tsx';

export const chat: ConsoleFeature = {
  name: 'chat',
  room: { label: t.shell.rooms.chat, shortcut: '3', group: 0, place: 3 },
  View: ChatView,
};
