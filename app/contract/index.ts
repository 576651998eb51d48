import type {
  ContractRouterClient,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract';
import { archiveContract } from './archive.ts';
import { boardsContract } from './boards.ts';
import { chatContract } from './chat.ts';
import { communityContract } from './community.ts';
import { federationContract } from './federation.ts';
import { filesContract } from './files.ts';
import { identityContract } from './identity.ts';
import { ledgerContract } from './ledger.ts';
import { maintenanceContract } from './maintenance.ts';
import { membersContract } from './members.ts';
import { moderationContract } from './moderation.ts';
import { nodeContract } from './node.ts';
import { reviewContract } from './review.ts';
import { settingsContract } from './settings.ts';

/** The complete contract between a node and its clients. */
export const contract = {
  node: nodeContract,
  community: communityContract,
  identity: identityContract,
  boards: boardsContract,
  chat: chatContract,
  members: membersContract,
  files: filesContract,
  federation: federationContract,
  ledger: ledgerContract,
  moderation: moderationContract,
  review: reviewContract,
  archive: archiveContract,
  settings: settingsContract,
  maintenance: maintenanceContract,
};

export type Contract = typeof contract;
/** The client that every user of a node holds, whatever the transport. */
export type Client = ContractRouterClient<Contract>;
export type Inputs = InferContractRouterInputs<Contract>;
export type Outputs = InferContractRouterOutputs<Contract>;

export * from './archive.ts';
export * from './boards.ts';
export * from './chat.ts';
export * from './common.ts';
export * from './community.ts';
export * from './federation.ts';
export * from './files.ts';
export { parseHostPort } from './host-port.ts';
export * from './identity.ts';
export * from './ledger.ts';
export * from './maintenance.ts';
export * from './members.ts';
export * from './moderation.ts';
export * from './node.ts';
export * from './review.ts';
export * from './settings.ts';
