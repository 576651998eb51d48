import { t } from '../messages/en.ts';

/** The rooms of the console in the order of the navigation. */
export const rooms = [
  { id: 'overview', label: t.shell.rooms.overview, shortcut: '1', group: 0 },
  { id: 'boards', label: t.shell.rooms.boards, shortcut: '2', group: 0 },
  { id: 'chat', label: t.shell.rooms.chat, shortcut: '3', group: 0 },
  { id: 'members', label: t.shell.rooms.members, shortcut: '6', group: 0 },
  { id: 'review', label: t.shell.rooms.review, shortcut: '7', group: 1 },
  { id: 'moderation', label: t.shell.rooms.moderation, shortcut: 'm', group: 1 },
  { id: 'ledger', label: t.shell.rooms.ledger, shortcut: 'l', group: 2 },
  { id: 'federation', label: t.shell.rooms.federation, shortcut: 'f', group: 2 },
  { id: 'settings', label: t.shell.rooms.settings, shortcut: ',', group: 2 },
] as const;

export type RoomId = (typeof rooms)[number]['id'];
