/** The ports that adapters of the ledger implement. */
export type { LogFile } from './consensus/vote-log.ts';
