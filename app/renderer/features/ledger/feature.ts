import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { LedgerView } from './index.tsx';

export const ledger: ConsoleFeature = {
  name: 'ledger',
  room: { label: t.shell.rooms.ledger, shortcut: 'l', group: 2, place: 1 },
  View: LedgerView,
};
