export * from './archive.ts';
export * from './boards.ts';
export * from './calls.ts';
export * from './chat.ts';
export * from './client.ts';
export * from './common.ts';
export * from './communities.ts';
export * from './community.ts';
export * from './federation.ts';
export * from './files.ts';
export { parseHostPort } from './host-port.ts';
export * from './identity.ts';
export { Judge } from './judgements.ts';
export * from './ledger.ts';
export * from './maintenance.ts';
export * from './members.ts';
export * from './moderation.ts';
export * from './node.ts';
export { optionalFeatures } from './node-settings.ts';
export * from './notice.ts';
export {
  communityProcedures,
  contract,
  nodeProcedures,
  type Contract,
  type Inputs,
  type Outputs,
} from './procedures.ts';
export * from './reachability.ts';
export * from './review.ts';
export * from './settings.ts';
