import type {
  ContractRouterClient,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract';
import { communityContract } from './community.ts';
import * as features from './features.ts';
import { identityContract } from './identity.ts';
import { nodeContract } from './node.ts';
import { settingsContract } from './settings.ts';

type Features = typeof features;
type FeatureContracts = { readonly [Name in keyof Features]: Features[Name]['contract'] };

/** All procedures of a node: its own, and those of its features. */
export const contract = {
  node: nodeContract,
  community: communityContract,
  identity: identityContract,
  settings: settingsContract,
  ...(Object.fromEntries(
    Object.entries(features).map(([name, feature]) => [name, feature.contract]),
  ) as unknown as FeatureContracts),
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
