import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { SettingsView } from './index.tsx';

export const settings: ConsoleFeature = {
  name: 'settings',
  room: { label: t.shell.rooms.settings, shortcut: ',', group: 2, place: 9 },
  View: SettingsView,
};
