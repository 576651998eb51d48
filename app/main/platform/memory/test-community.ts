import { boardMigrations } from '../../boards/migrations.ts';
import { chatMigrations } from '../../chat/migrations.ts';
import { ChatProjection } from '../../chat/projection.ts';
import { filesMigrations } from '../../files/migrations.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ticksOf } from '../../kernel/hybrid-time.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { Signer } from '../../kernel/signer.ts';
import type { Role } from '../../kernel/roles.ts';
import { Log } from '../../log/log.ts';
import { logMigrations } from '../../log/migrations.ts';
import { LogStore } from '../../log/store.ts';
import { moderationMigrations } from '../../moderation/migrations.ts';
import { Roster } from '../../members/roster.ts';
import { PeopleScript } from '../../members/test-people.ts';
import { immediateVerifier } from '../crypto/ed25519.ts';
import { signerOf as signerOfSeed } from '../keys/ed25519.ts';
import { openDatabase } from '../sqlite/database.ts';
import { createMemoryNetwork } from './network.ts';

/** A clock that advances only when told to. */
export class StillClock implements Clock {
  #now = Date.UTC(2030, 0, 1);
  #tasks: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { at: this.#now + delayMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Runs everything due within `ms`, and lets promises settle after each step. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = this.#tasks.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
  }

  /** Advances time in small steps until a promise settles, up to one minute. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const end = () => {
      done = true;
    };
    promise.then(end, end);
    for (let step = 0; step < 600 && !done; step++) await this.pass(100);
    if (!done) throw new Error('did not settle within a minute of the clock');
    return promise;
  }
}

/** Lets promises and the thread pool's answers settle. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export type TestNode = ReturnType<TestCommunity['node']>;

/** A community of nodes in one process, each with its own database and log, on one memory network. */
export class TestCommunity {
  readonly clock = new StillClock();
  readonly network = createMemoryNetwork({ clock: this.clock });
  readonly id: Uint8Array;
  readonly genesisTime = ticksOf(this.clock.now());
  readonly founder = signerOf('mara');
  /** The ledger's statements about people, which every node learns at once. */
  readonly people = new PeopleScript(this.clock);

  constructor(id: Uint8Array = sha256(Buffer.from('test community'))) {
    this.id = id;
  }

  /** A person's node, by name; `mara` is the founder. */
  node(name: string) {
    const signer = signerOf(name);
    const db = openDatabase(':memory:', [
      ...logMigrations,
      ...boardMigrations,
      ...chatMigrations,
      ...filesMigrations,
      ...moderationMigrations,
    ]);
    const roster = new Roster({ key: this.founder.publicKey, handle: 'Mara', time: this.genesisTime });
    const log = new Log({
      db,
      store: new LogStore(db),
      clock: this.clock,
      verifier: immediateVerifier,
      community: this.id,
      genesisTime: this.genesisTime,
      projections: [new ChatProjection(db)],
      authority: roster,
    });
    this.people.follow({ roster, log });
    const transport = this.network.transport(name);
    return {
      name,
      signer,
      db,
      roster,
      authority: roster,
      log,
      transport,
      clock: this.clock,
      verifier: immediateVerifier,
      rosterSync: this.people,
      ledger: {
        act: async (kind: string, body: unknown) => this.people.write(signer.publicKey, kind, body),
      },
    };
  }

  /** Nodes of mara and others, all admitted, all linked. */
  async nodes(...names: string[]): Promise<TestNode[]> {
    const nodes = names.map((name) => this.node(name));
    const mara = nodes[0]!;
    for (const { name, signer } of nodes.slice(1)) this.admit(mara, signer.publicKey, name);
    for (const node of nodes) {
      await node.transport.start();
    }
    for (const [index, node] of nodes.entries()) {
      for (const other of nodes.slice(0, index))
        await this.clock.settle(node.transport.dial(`/memory/${other.name}`));
    }
    return nodes;
  }

  admit(by: { signer: Signer }, member: Uint8Array, handle: string, role: Role = 'member'): void {
    this.people.admit(by.signer.publicKey, member, handle, role);
  }
}

/** Copies all events of one node to another. */
export async function copyLog(from: { log: Log }, to: { log: Log }): Promise<void> {
  for (const stratum of ['authority', 'content'] as const) {
    const ids = [...from.log.store.items(stratum)].map(({ id }) => id);
    await to.log.admit(
      ids.map((id) => from.log.store.sealed(id)!),
      'live',
    );
  }
}

export function signerOf(name: string): Signer {
  return signerOfSeed(sha256(Buffer.from(name)));
}
