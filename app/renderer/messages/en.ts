import { boards } from './boards.ts';
import { calls } from './calls.ts';
import { chat } from './chat.ts';
import { common } from './common.ts';
import { federation } from './federation.ts';
import { ledger } from './ledger.ts';
import { members } from './members.ts';
import { moderation } from './moderation.ts';
import { onboarding } from './onboarding.ts';
import { overview } from './overview.ts';
import { review } from './review.ts';
import { heldWords, reviewPages } from './reviewPages.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { validators } from './validators.ts';

/** Every text of the console, one part a room. Entries with a number in them are functions. */
export const t = {
  common,
  shell,
  onboarding,
  overview,
  boards,
  calls,
  chat,
  members,
  ledger,
  federation,
  settings,
  validators,
  review,
  reviewPages,
  held: heldWords,
  moderation,
};
