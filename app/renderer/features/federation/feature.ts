import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { FederationView } from './index.tsx';

export const federation: ConsoleFeature = {
  name: 'federation',
  room: { label: t.shell.rooms.federation, shortcut: 'f', group: 2, place: 2 },
  View: FederationView,
};
