import type { Badge, ConsoleFeature } from '../../feature.ts';
import { calls as words } from '../../messages/calls.ts';
import { t } from '../../messages/en.ts';
import { useCallRooms } from '../../stores/index.ts';
import { CallsView } from './index.tsx';
import { CallStrip } from './Strip.tsx';

/** How many people are in calls now. */
function useBadge(): Badge | null {
  const rooms = useCallRooms().value ?? [];
  const people = rooms.reduce((sum, { participants }) => sum + participants.length, 0);
  return people > 0 ? { value: people, words: words.badge(people) } : null;
}

export const calls: ConsoleFeature = {
  name: 'calls',
  room: { label: t.shell.rooms.calls, shortcut: '4', group: 0, place: 4 },
  View: CallsView,
  Strip: CallStrip,
  useBadge,
  settings: {
    title: words.settings.title,
    fields: [
      { path: 'calls.host', kind: 'switch', ...words.settings.host },
      { path: 'calls.hostForOthers', kind: 'switch', ...words.settings.hostForOthers },
      { path: 'calls.announce', kind: 'lines', ...words.settings.announce },
      { path: 'calls.port', kind: 'number', ...words.settings.port },
      { path: 'calls.relayOnly', kind: 'switch', ...words.settings.relayOnly },
      { path: 'calls.relays', kind: 'lines', ...words.settings.relays },
      { path: 'calls.recordingBytes', kind: 'number', ...words.settings.recordingBytes },
      { path: 'calls.recordingDays', kind: 'number', ...words.settings.recordingDays },
      { path: 'calls.relaySecret', kind: 'secret', ...words.settings.relaySecret },
      { path: 'calls.coturn', kind: 'switch', ...words.settings.coturn },
      { path: 'calls.coturnPort', kind: 'number', ...words.settings.coturnPort },
      { path: 'calls.coturnCert', kind: 'text', ...words.settings.coturnCert },
      { path: 'calls.coturnKey', kind: 'text', ...words.settings.coturnKey },
    ],
  },
};
