import { readEntry, writeEntry, type StateDraft, type StateView } from '../types/state.ts';
import { problem } from '../problems.ts';

/** [PV6] The newest version of the protocol that this release knows; it knows all earlier ones. */
export const KNOWN_VERSION = 2;

/** [PV3] The least number of blocks between a transaction that schedules a version and the first block of it. */
export const MIN_NOTICE_BLOCKS = 16;

/** [PV1] The entry of the protocol; absent in version 1 before the first `protocol.schedule`. */
export const PROTOCOL = 'ledger/protocol';

/** [PV1] A version and the height of the first block that is executed by it. */
export interface Activation {
  readonly version: number;
  readonly height: number;
}

/** [PV1] The value of the entry. */
export interface Protocol {
  /** The version by which the next block is executed. */
  readonly version: number;
  /** Null if nothing is scheduled. */
  readonly next: Activation | null;
  /** How many times the schedule was changed. */
  readonly changes: number;
}

/** [PV2] A kind of transaction, a kind of timer, or a rule that kinds consult. */
export interface Versioned {
  /** The version of the protocol since which it exists; 1 if absent. */
  readonly since?: number;
}

const first: Protocol = { version: 1, next: null, changes: 0 };

export function protocolOf(state: StateView): Protocol {
  return readEntry<Protocol>(state, PROTOCOL) ?? first;
}

/** [PV2] The version by which a block is executed, by the state of its parent. */
export function versionAfter(parent: StateView): number {
  return protocolOf(parent).version;
}

/** [PV2] Whether something exists in a version. */
export function inForce({ since = 1 }: Versioned, version: number): boolean {
  return version >= since;
}

/** [PV2] Throws a Problem `not-in-force` if a kind of transaction or timer does not exist in a version. */
export function mustBeInForce(kind: Versioned & { readonly name: string }, version: number): void {
  if (inForce(kind, version)) return;
  throw problem('not-in-force', { kind: kind.name, since: kind.since!, version });
}

/** [PV5] At the end of a block: puts the version in force that begins with the next block, if one does. */
export function activateAfter(draft: StateDraft, height: number): void {
  const { next, changes } = protocolOf(draft);
  if (next?.height !== height + 1) return;
  writeEntry(draft, PROTOCOL, { version: next.version, next: null, changes } satisfies Protocol);
}
