export { ledgerApi } from './api.ts';
export { Chain } from './chain.ts';
export {
  createConsensus,
  ledgerTopic,
  type Consensus,
  type ConsensusTimes,
  type Rules,
} from './consensus.ts';
export type { SlotView, ValidatorView, ConsensusView } from './live-view.ts';
export { checkPossessions, LedgerGenesis, soleLedger } from './genesis.ts';
export { ledgerMigrations } from './migrations.ts';
export { Ordering, type BallotBox } from './ordering.ts';
export { trustIn, verifyProof, type ProofVerdict } from './proof.ts';
export { marked, openProofFile, proofToJson } from './proof-json.ts';
export { openProof } from './proof.ts';
export { cardOf, createLedger } from './service.ts';
export { baseKinds } from './transactions/index.ts';
export { voteMigrations } from './vote-migrations.ts';
export type { Mark, VoteMark } from './vote-mark.ts';
export { createVoteStore, type VoteStore } from './vote-store.ts';
export type { Validator } from './validators.ts';
