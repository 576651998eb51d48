import * as z from 'zod';
import { compareBytes } from '../kernel/bytes.ts';
import type { LogEvent } from '../log/event.ts';
import type { Kind, Projection } from '../log/kinds.ts';
import type { Genesis } from './genesis.ts';

const Update = z.strictObject({
  name: z.string().min(2).max(60).optional(),
  description: z.string().max(400).optional(),
});

export const communityUpdate = {
  name: 'community.update',
  stratum: 'authority',
  body: Update,
  leastRole: 'co-sysop',
} as const satisfies Kind;

/**
 * A community's name and description: those of the genesis, changed by updates in order of (time, id) [C2].
 */
export class CommunityProfile implements Projection {
  readonly kinds = [communityUpdate];
  readonly #genesis: Genesis;
  #events: LogEvent[] = [];

  constructor(genesis: Genesis) {
    this.#genesis = genesis;
  }

  current(): { name: string; description: string } {
    const { name, description } = this.#genesis;
    return Object.assign({ name, description }, ...this.#events.map((event) => event.body));
  }

  apply(event: LogEvent): void {
    this.#events.push(event);
    this.#events.sort((a, b) => a.time - b.time || compareBytes(a.id, b.id));
  }

  revoke(event: LogEvent): void {
    this.#events = this.#events.filter(({ id }) => compareBytes(id, event.id) !== 0);
  }

  clear(): void {
    this.#events = [];
  }

  *dump(): Generator<unknown> {
    const { name, description } = this.current();
    yield ['community', name, description];
  }
}
