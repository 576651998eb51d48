import type { LedgerStatus, LedgerValidator } from '../../contract/index.ts';

/** Parameters that determine how many validators may fail. */
export interface SetShape {
  readonly model: LedgerStatus['model'];
  readonly validators: number;
  readonly quorum: number;
}

/** Whether a validator takes part, as far as this node has seen. */
export type Presence = 'signing' | 'silent' | 'unknown';

/** A validator this far behind the newest vote counts as silent. */
const SILENT_AFTER_MS = 20_000;

type Seen = Pick<LedgerValidator, 'lastSignedAt' | 'missed'>;

const newestOf = (validators: readonly Seen[]): number | null =>
  validators.reduce<number | null>(
    (newest, { lastSignedAt }) =>
      lastSignedAt === null ? newest : Math.max(newest ?? lastSignedAt, lastSignedAt),
    null,
  );

/** The presence of each validator. An idle ledger makes nobody silent: only newer votes of others do. */
export function presences(validators: readonly Seen[]): Presence[] {
  const newest = newestOf(validators);
  return validators.map(({ lastSignedAt, missed }) => {
    if (newest === null) return 'unknown';
    if (lastSignedAt === null) return (missed ?? 0) > 0 ? 'silent' : 'unknown';
    return newest - lastSignedAt > SILENT_AFTER_MS ? 'silent' : 'signing';
  });
}

/** The minimum quorum of the fault model for this many validators. */
export function leastQuorum(model: SetShape['model'], validators: number): number {
  return model === 'byzantine' ? Math.floor((2 * validators) / 3) + 1 : Math.floor(validators / 2) + 1;
}

/** How many validators of a set may lie without two blocks becoming final at one height. */
export function liarsBorne({ model, quorum, validators }: SetShape): number {
  return model === 'crash' ? 0 : Math.max(0, 2 * quorum - validators - 1);
}

/**
 * The health of the ledger. `stopped`: fewer sign than required; `empty`: no block yet; `busy`: transactions
 * wait for a block.
 */
export type StandingKind = 'halted' | 'stopped' | 'empty' | 'busy' | 'final';

export interface LedgerHealth {
  readonly kind: StandingKind;
  /** How many validators take part; null before any vote was seen. */
  readonly present: number | null;
  /** How many more may fail before blocks stop; negative: how many are missing. */
  readonly margin: number;
}

/** The health of the ledger, from its status and the observed votes of its validators. */
export function ledgerHealthOf(status: LedgerStatus, validators: readonly Seen[]): LedgerHealth {
  const seen = presences(validators);
  const silent = seen.filter((presence) => presence === 'silent').length;
  const present = newestOf(validators) === null ? null : validators.length - silent;
  const margin = (present ?? status.validators) - status.quorum;
  const kind = (): StandingKind => {
    if (status.halted !== null) return 'halted';
    if (margin < 0) return 'stopped';
    if (status.waiting > 0) return 'busy';
    return status.height === 0 ? 'empty' : 'final';
  };
  return { kind: kind(), present, margin };
}
