import type { Clock } from '../kernel/clock.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Role } from '../kernel/roles.ts';
import type { PeopleChange } from '../ledger/index.ts';
import type { RightsChange } from '../log/kinds.ts';
import type { Log } from '../log/log.ts';
import type { Roster } from './roster.ts';

/** The parts of a node that follow changes about people. */
export interface Hearer {
  readonly roster: Roster;
  readonly log: Log;
}

/**
 * Transactions about people in final blocks, without a ledger: every change is a block of its own, and all
 * listeners get it at once. Nothing is refused.
 */
export class PeopleScript {
  readonly changes: PeopleChange[] = [];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #listeners = new Set<(change: PeopleChange) => void>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Calls back after each change, once all nodes have it; returns how to stop. */
  onChange(listener: (rights: readonly RightsChange[], height: number) => void): () => void {
    const told = ({ height }: PeopleChange) => queueMicrotask(() => listener([], height));
    this.#listeners.add(told);
    return () => this.#listeners.delete(told);
  }

  /** A node gets all changes after the first `known` ones, and later ones; returns how to stop that. */
  follow(node: Hearer, known = 0): () => void {
    const hear = (change: PeopleChange) => {
      const since = ticksOf(change.time);
      node.log.rightsChanged([{ keys: node.roster.apply(change), since }], change.height);
      node.log.observe(since);
    };
    for (const change of this.changes.slice(known)) hear(change);
    this.#listeners.add(hear);
    return () => this.#listeners.delete(hear);
  }

  write(account: Uint8Array, kind: string, body: unknown): void {
    const time = Math.max(this.#clock.now(), (this.changes.at(-1)?.time ?? 0) + 1);
    const change = { height: this.changes.length + 1, time, account, kind, body };
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }

  admit(by: Uint8Array, member: Uint8Array, handle: string, role: Role = 'member'): void {
    this.write(by, 'role.grant', { member, handle, role });
  }

  ban(by: Uint8Array, member: Uint8Array, until: number | null = null): void {
    this.write(by, 'member.ban', { member, reason: '', until });
  }
}
