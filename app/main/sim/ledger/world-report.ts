import type { FaultModel } from '../../ledger/types/validators.ts';
import type { LedgerFault } from './faults.ts';
import type { Mutant } from './validator.ts';

/** The choices for a world. */
export interface LedgerWorldOptions {
  readonly mutant?: Mutant;
  /** How long after the last fault everything must be final, in milliseconds of the world's time. */
  readonly patienceMs?: number;
  /** Whether people also write into a log, whose events the blocks anchor. */
  readonly log?: boolean;
  /** Whether transactions also schedule timers. */
  readonly timers?: boolean;
  /** Whether some nodes have an older release, and a new version of the protocol is scheduled. */
  readonly versions?: boolean;
}

/** The outcome of a world. */
export interface LedgerWorldReport {
  readonly seed: number;
  /** The failures; empty if all was well. */
  readonly problems: readonly string[];
  /** Hash over everything that happened, in order: the same seed gives the same hash. */
  readonly trace: string;
  readonly model: FaultModel;
  readonly validators: number;
  readonly byzantine: readonly string[];
  readonly blocks: number;
  /** Events that final blocks list. */
  readonly anchored: number;
  /** Timers that final blocks ran. */
  readonly rung: number;
  /** The first block of the new version; null if it never began. */
  readonly newFrom: number | null;
  /** How many schedules of a version were cancelled. */
  readonly cancelled: number;
  /** How many nodes stopped because their release was too old. */
  readonly outdated: number;
  readonly epochs: number;
  readonly faults: readonly LedgerFault[];
  /**
   * How long after the last fault everything was final everywhere, in milliseconds of the world's time; null
   * if it never was.
   */
  readonly settledAfterMs: number | null;
}
