export { makeGenesis, openGenesis, type Genesis } from './genesis.ts';
