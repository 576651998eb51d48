import { consoleFeatures } from './feature.ts';
import { boards } from './features/boards/feature.ts';
import { chat } from './features/chat/feature.ts';
import { federation } from './features/federation/feature.ts';
import { ledger } from './features/ledger/feature.ts';
import { members } from './features/members/feature.ts';
import { moderation } from './features/moderation/feature.ts';
import { overview } from './features/overview/feature.ts';
import { review } from './features/review/feature.ts';
import { settings } from './features/settings/feature.ts';

/** Every feature of the console, in the order of the navigation. */
export const features = consoleFeatures([
  overview,
  boards,
  chat,
  members,
  review,
  moderation,
  ledger,
  federation,
  settings,
]);
