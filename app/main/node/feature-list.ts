/** The features of a node, a line each. Their order does not matter: they start in the order of their needs. */
export { archiveFeature } from '../archive/feature.ts';
export { boardsFeature } from '../boards/feature.ts';
export { callsFeature } from '../calls/feature.ts';
export { chatFeature } from '../chat/feature.ts';
export { communityFeature } from '../community/feature.ts';
export { federationFeature } from '../federation/feature.ts';
export { filesFeature } from '../files/feature.ts';
export { judgementsFeature } from '../judgements/feature.ts';
export { maintenanceFeature } from '../maintenance/feature.ts';
export { membersFeature } from '../members/feature.ts';
export { moderationFeature } from '../moderation/feature.ts';
export { presenceFeature } from '../presence/feature.ts';
export { reviewFeature } from '../review/feature.ts';
// The two that need the node itself.
export { ledgerFeature } from './ledger.ts';
export { logFeature } from './log.ts';
