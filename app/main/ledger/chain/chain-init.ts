import type { Bls } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Verifier } from '../../kernel/signer.ts';
import type { ChainOrigin } from '../state/genesis.ts';
import type { LedgerKinds, LedgerProjection } from '../state/kinds.ts';
import type { Evidence } from '../types/equivocation.ts';
import type { AnchoredLog } from './anchored-log.ts';
import type { Halt } from './halt.ts';
import type { MempoolLimits } from './mempool.ts';

/** The inputs of a chain. */
export interface ChainInit {
  readonly db: Database;
  readonly origin: ChainOrigin;
  readonly kinds: LedgerKinds;
  readonly projections?: readonly LedgerProjection[];
  readonly bls: Bls;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly mempoolLimits?: MempoolLimits;
  /** [PV6] The newest version of the protocol that the release knows; that of this program if absent. */
  readonly protocol?: number;
  /** [H1] The log whose events blocks anchor; without it they anchor none. */
  readonly log?: AnchoredLog;
  readonly logger?: Logger;
  readonly accuse?: (evidence: Evidence) => void;
  /** The alarm: called once, when execution halts [E7]. */
  readonly halted?: (halt: Halt) => void;
}
