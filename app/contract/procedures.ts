import type { InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract';
import { communitiesContract } from './communities.ts';
import { communityContract } from './community.ts';
import * as features from './features.ts';
import { identityContract } from './identity.ts';
import { nodeContract } from './node.ts';
import { settingsContract } from './settings.ts';

type Features = typeof features;
type FeatureContracts = { readonly [Name in keyof Features]: Features[Name]['contract'] };

/** The procedures of the node itself. */
export const nodeProcedures = {
  node: nodeContract,
  communities: communitiesContract,
  identity: identityContract,
  settings: settingsContract,
};

/** The procedures in one community: those of its features and its own. A call of one names the community. */
export const communityProcedures = {
  community: communityContract,
  ...(Object.fromEntries(
    Object.entries(features).map(([name, feature]) => [name, feature.contract]),
  ) as unknown as FeatureContracts),
};

/** All procedures. */
export const contract = { ...nodeProcedures, ...communityProcedures };

export type Contract = typeof contract;
export type Inputs = InferContractRouterInputs<Contract>;
export type Outputs = InferContractRouterOutputs<Contract>;
