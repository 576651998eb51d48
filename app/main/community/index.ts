export { makeGenesis, openGenesis, type Genesis } from './genesis.ts';
export { communityUpdate, CommunityProfile } from './profile.ts';
