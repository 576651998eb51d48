export { ACCOUNTS, type Account } from './state/accounts.ts';
export { foldHandle, isHandle, LedgerHandle, MARKS_SINCE } from './state/handles.ts';
export { anchoredLog } from './chain/anchored-log.ts';
export { ledgerApi } from './api.ts';
export {
  kindsOf,
  type LedgerKind,
  type LedgerKinds,
  type EventPlace,
  type LedgerProjection,
  type ProtocolRule,
  type TimerKind,
} from './state/kinds.ts';
export { inForce, KNOWN_VERSION } from './state/protocol.ts';
export { ledgerEvent, type LedgerEvent } from './state/events.ts';
export { ledgerEvents } from './state/transactions/events.ts';
export { cancelTimer, scheduleTimer, timerFailed } from './state/timers.ts';
export { Chain } from './chain/chain.ts';
export type { PeopleChange } from './chain/chain-store.ts';
export type { ValidatorView } from './consensus/epoch-watch.ts';
export type { SlotView, ConsensusView } from './consensus/live-view.ts';
export { checkPossessions, LedgerGenesis, soleLedger } from './state/genesis.ts';
export { ledgerMigrations } from './migrations.ts';
export { EvidenceBook } from './chain/evidence-book.ts';
export { verifyEvidenceFile } from './proofs/evidence-file.ts';
export { Ordering, type VoteJournal } from './ordering.ts';
export { trustIn, verifyProof, type ProofVerdict } from './proofs/proof.ts';
export { verifyEventProof, type ProvenEvent } from './proofs/event-proof.ts';
export { verifyEntryProof, type ProvenEntry } from './proofs/entry-proof.ts';
export {
  marked,
  markedEntry,
  openAnyProof,
  openProofFile,
  proofKindOf,
  proofToJson,
} from './proofs/proof-json.ts';
export { cardOf, createLedger, motionText, type Ledger } from './service.ts';
export { baseKinds } from './state/transactions/index.ts';
export { VoteLog, type LogFile } from './consensus/vote-log.ts';
export type { SignState, SignStateStore } from './consensus/sign-state.ts';
export type { VoteStore } from './consensus/vote-store.ts';
export type { Validator } from './types/validators.ts';
