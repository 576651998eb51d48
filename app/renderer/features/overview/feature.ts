import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { dutiesOf } from './needs.ts';
import { OverviewView } from './index.tsx';

export const overview: ConsoleFeature = {
  name: 'overview',
  room: { label: t.shell.rooms.overview, shortcut: '1', group: 0, place: 1 },
  View: OverviewView,
  useBadge: (shown) => {
    const duties = shown === null ? 0 : dutiesOf(shown);
    return duties > 0 ? { value: duties, words: t.shell.needs(duties) } : null;
  },
};
