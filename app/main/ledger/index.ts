export { LedgerGenesis, soleLedger } from './genesis.ts';
export type { Validator } from './validators.ts';
