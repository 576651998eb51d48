import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { LedgerOrder } from './ledger-member.ts';

/** An order from a benchmark to a node in another process. */
export type Order =
  | {
      readonly kind: 'open';
      readonly directory: string;
      readonly name: string;
      readonly trace?: boolean;
      readonly models?: boolean;
      readonly trust?: boolean;
    }
  | { readonly kind: 'found' }
  | { readonly kind: 'fill'; readonly count: number; readonly textBytes: number }
  | { readonly kind: 'invite'; readonly uses: number }
  | { readonly kind: 'join'; readonly link: string }
  | { readonly kind: 'startAndCatchUp'; readonly posts: number }
  | { readonly kind: 'joinToFirstPage'; readonly link: string }
  | { readonly kind: 'address' }
  | { readonly kind: 'dial'; readonly address: string }
  | { readonly kind: 'peers' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'watch' }
  | { readonly kind: 'post'; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: 'prepareFlood'; readonly count: number }
  | { readonly kind: 'flood'; readonly perSecond: number }
  | { readonly kind: 'notices' }
  | { readonly kind: 'say' }
  | { readonly kind: 'seen' }
  | { readonly kind: 'stages' }
  | { readonly kind: 'posts' }
  | { readonly kind: 'sample' }
  | { readonly kind: 'cores' }
  | { readonly kind: 'ledger'; readonly order: LedgerOrder }
  | { readonly kind: 'stop' };

/** Milliseconds from the start of a node until all posts are stored, and until all are shown. */
export interface CaughtUp {
  readonly storedMs: number;
  readonly shownMs: number;
}

/** CPU times of one process since its start. */
export interface CoreTimes {
  readonly runMs: number;
  readonly waitMs: number;
}

export interface Answer {
  readonly number: number;
  readonly result: unknown;
  readonly failure?: string;
}

/** A node in a separate process. */
export class Member {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #number = 0;

  constructor() {
    this.#process = fork(join(import.meta.dirname, 'member.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', ({ number, result, failure }: Answer) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (failure === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(failure));
    });
    this.#process.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('A node ended before it answered.'));
    });
  }

  /** Whether its process runs, unless it ended without this object. */
  get alive(): boolean {
    return !this.#process.killed;
  }

  /** Carries out an order; rejects with the node's failure. The caller knows the type of the answer. */
  async ask<T = null>(order: Order): Promise<T> {
    const number = this.#number++;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    this.#process.send({ ...order, number });
    return (await answer) as T;
  }

  /** Sends SIGSTOP or SIGCONT: a laptop that sleeps and wakes. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#process.kill(name);
  }
}

/** Lends nodes in separate processes and ends all of them afterwards. */
export async function withMembers<T>(count: number, work: (members: Member[]) => Promise<T>): Promise<T> {
  const members = Array.from({ length: count }, () => new Member());
  try {
    const result = await work(members);
    await Promise.all(members.filter(({ alive }) => alive).map((member) => member.ask({ kind: 'stop' })));
    return result;
  } finally {
    for (const member of members) member.signal('SIGKILL');
  }
}

/**
 * Opens members named `mara`, `n1`, `n2` … and founds a community on the first.
 *
 * @param models who judges with the models; all others find every text harmless at once.
 * @param trust whether judgements of others are taken over.
 */
export async function openMembers(
  members: readonly Member[],
  scratch: string,
  {
    trace = false,
    models = 'nobody',
    trust = true,
  }: { trace?: boolean; models?: 'nobody' | 'others' | 'all'; trust?: boolean } = {},
): Promise<void> {
  for (const [index, member] of members.entries()) {
    const name = index === 0 ? 'mara' : `n${index}`;
    const judges = models === 'all' || (models === 'others' && index > 0);
    const own = { directory: join(scratch, name), name, models: judges, trust };
    await member.ask({ kind: 'open', ...own, trace });
  }
  await members[0]!.ask({ kind: 'found' });
}
