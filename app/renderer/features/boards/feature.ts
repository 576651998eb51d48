import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { BoardsView } from './index.tsx';

export const boards: ConsoleFeature = {
  name: 'boards',
  room: { label: t.shell.rooms.boards, shortcut: '2', group: 0, place: 2 },
  View: BoardsView,
  useBadge: (shown) => {
    const unread = shown?.community.counts.unread ?? 0;
    return unread > 0 ? { value: unread, words: t.shell.unread(unread) } : null;
  },
};
