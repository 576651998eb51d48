import { archiveFeature } from '../archive/feature.ts';
import { boardsFeature } from '../boards/feature.ts';
import { chatFeature } from '../chat/feature.ts';
import { communityFeature } from '../community/feature.ts';
import { featureList } from '../feature/index.ts';
import { federationFeature } from '../federation/feature.ts';
import { filesFeature } from '../files/feature.ts';
import { maintenanceFeature } from '../maintenance/feature.ts';
import { membersFeature } from '../members/feature.ts';
import { moderationFeature } from '../moderation/feature.ts';
import { presenceFeature } from '../presence/feature.ts';
import { reviewFeature } from '../review/feature.ts';
import { ledgerFeature } from './ledger.ts';
import { logFeature } from './log.ts';

/** Every feature of a node. A new one is a folder and a line here, in the contract and in the console. */
export const features = featureList([
  moderationFeature,
  ledgerFeature,
  logFeature,
  communityFeature,
  presenceFeature,
  membersFeature,
  federationFeature,
  filesFeature,
  boardsFeature,
  chatFeature,
  reviewFeature,
  archiveFeature,
  maintenanceFeature,
]);
