export { makeGenesis, openGenesis, type Genesis } from './genesis.ts';
export { communityUpdate } from './profile.ts';
