export { answer, converse } from './conversation.ts';
export { encodeInvite, parseInvite, type InviteLink } from './invite.ts';
export { requestMembership, type Membership, type MembershipRequest } from './join.ts';
export { federationMigrations } from './migrations.ts';
export { createFederation, type Federation, type FederationInit, type MemberPeer } from './service.ts';
export type { Network } from './ports.ts';
export { networkFor } from './reach.ts';
export { SharedNetwork, type CommunityNetwork } from './shared/shared-network.ts';
export type { OwnCommunity } from './shared/common-communities.ts';
