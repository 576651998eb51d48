/** The features of the console, a line each. */
export { boards } from './features/boards/feature.ts';
export { calls } from './features/calls/feature.ts';
export { chat } from './features/chat/feature.ts';
export { federation } from './features/federation/feature.ts';
export { judgements } from './features/judgements/feature.ts';
export { ledger } from './features/ledger/feature.ts';
export { members } from './features/members/feature.ts';
export { moderation } from './features/moderation/feature.ts';
export { overview } from './features/overview/feature.ts';
export { review } from './features/review/feature.ts';
export { settings } from './features/settings/feature.ts';
