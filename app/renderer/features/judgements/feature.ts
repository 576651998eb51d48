import type { ConsoleFeature } from '../../feature.ts';
import { words } from './words.ts';

export const judgements: ConsoleFeature = {
  name: 'judgements',
  settings: {
    title: words.settings,
    fields: [{ path: 'judgements.trustModerators', kind: 'switch', ...words.trustModerators }],
  },
};
