import { createHash, createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { Random } from '../kernel/clock.ts';
import type { Database, Migration } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import { utf8 } from '../kernel/bytes.ts';
import { Roster } from '../members/roster.ts';
import { PeopleScript } from '../members/test-people.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { MachineClock, VirtualClock } from '../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../platform/memory/network.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import type { Kind, Projection } from '../log/kinds.ts';
import { Live, type FloodSource } from '../log/live.ts';
import { LogStore } from '../log/store.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { Spread } from '../log/spread.ts';
import { Sync } from '../log/sync.ts';
import type { Transport } from '../log/transport.ts';

/** Random bytes determined by a seed. */
export function seededRandom(seed: string): Random {
  let turn = 0;
  return {
    bytes: (length) =>
      new Uint8Array(createHash('sha512').update(`${seed} ${turn++}`).digest().subarray(0, length)),
  };
}

/** A person whose key is derived from a name. */
export function personOf(name: string): Signer {
  return signerOf(sha256(utf8(name)));
}

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

export const verifier: Verifier = {
  verify: async (checks) =>
    checks.map(({ publicKey, message, signature }) => {
      const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' });
      return verify(null, message, key, signature);
    }),
};

const note: Kind = {
  name: 'test.note',
  stratum: 'content',
  body: z.strictObject({ text: z.string() }),
  leastRole: 'member',
  redacted: () => ({ text: '' }),
};

/** Like a note, but in the stratum that is fetched first [L9]. */
const rule: Kind = {
  name: 'authority/test.rule',
  stratum: 'authority',
  body: note.body,
  leastRole: 'co-sysop',
};

/** Keeps the texts in the order in which they were stored. */
class Notes implements Projection {
  readonly kinds: readonly Kind[];
  readonly texts: string[] = [];

  constructor(lacks: readonly string[]) {
    this.kinds = [note, rule].filter(({ name }) => !lacks.includes(name));
  }

  apply(event: { body: unknown }): void {
    this.texts.push((event.body as { text: string }).text);
  }

  revoke(event: { body: unknown }): void {
    const at = this.texts.indexOf((event.body as { text: string }).text);
    if (at >= 0) this.texts.splice(at, 1);
  }

  clear(): void {
    this.texts.length = 0;
  }

  dump(): Iterable<unknown> {
    return this.texts.toSorted();
  }
}

/** One node, reduced to log and network. */
export interface TestNode {
  readonly name: string;
  readonly db: Database;
  readonly log: Log;
  readonly roster: Roster;
  readonly signer: Signer;
  readonly transport: Transport;
  readonly sync: Sync;
  readonly live: Live;
  readonly spread: Spread;
  /** The sources of the live events that it dropped [G5]. */
  readonly floods: readonly FloodSource[];
  readonly texts: string[];
  /** From now on the machine's clock is wrong by so much, in milliseconds. */
  skew(byMs: number): void;
  /** Stops hearing from the ledger; the returned function resumes, with the missed changes first. */
  deafen(): () => void;
  /** Writes notes as this node's person. */
  write(...texts: string[]): void;
  admit(name: string, role?: Role): void;
}

export interface TestWorld {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly genesis: Uint8Array;
  readonly community: Uint8Array;
  /** The ledger's changes about people; every node hears them at once, unless it was deafened. */
  readonly people: PeopleScript;
  /**
   * A started node; its person has the node's name and is `founder`, or not a member until admitted.
   *
   * @param lacks kinds of events that it does not know.
   */
  node(name: string, migrations?: readonly Migration[], lacks?: readonly string[]): Promise<TestNode>;
  connect(from: TestNode, to: TestNode): Promise<void>;
}

export const FOUNDER = 'founder';

/** A world of nodes of one community, on a memory network in virtual time. */
export function createTestWorld(seed = 'seed'): TestWorld {
  const clock = new VirtualClock(1_700_000_000_000);
  const network = createMemoryNetwork({ clock, random: seededRandom(seed) });
  const genesis = utf8(`genesis ${seed}`);
  const community = sha256(genesis);
  const genesisTime = ticksOf(clock.now() - 1000);
  const people = new PeopleScript(clock);
  return {
    clock,
    network,
    genesis,
    community,
    people,
    async node(name, migrations = [], lacks = []) {
      const signer = personOf(name);
      const db = openDatabase(':memory:', [...logMigrations, ...migrations]);
      const roster = new Roster({ key: personOf(FOUNDER).publicKey, handle: FOUNDER, time: genesisTime });
      const notes = new Notes(lacks);
      const own = new MachineClock(clock);
      const log = new Log({
        db,
        store: new LogStore(db),
        clock: own,
        verifier,
        community,
        genesisTime,
        projections: [notes],
        authority: roster,
      });
      const stopHearing = people.follow({ roster, log });
      log.opened();
      const transport = network.transport(name);
      await transport.start();
      const spread = new Spread(log.store);
      const parts = {
        log,
        transport,
        clock: own,
        signer,
        verifier,
        authority: roster,
        spread,
        logger: silentLogger,
      };
      const sync = new Sync({ ...parts, nodeName: () => name });
      const floods: FloodSource[] = [];
      const live = new Live({ ...parts, sync, onFlood: (source) => floods.push(source) });
      sync.start();
      live.start();
      return {
        name,
        db,
        log,
        roster,
        signer,
        transport,
        sync,
        live,
        floods,
        spread,
        texts: notes.texts,
        skew: (byMs) => void (own.offsetMs = byMs),
        deafen: () => {
          stopHearing();
          const heard = people.changes.length;
          return () => people.follow({ roster, log }, heard);
        },
        write: (...texts) => {
          log.appendAll(
            signer,
            texts.map((text) => ({ kind: note.name, body: { text } })),
          );
        },
        admit: (handle, role = 'member') => {
          const member = personOf(handle).publicKey;
          people.admit(signer.publicKey, member, handle, role);
        },
      };
    },
    async connect(from, to) {
      const dialled = from.transport.dial(`/memory/${to.name}`);
      await clock.pass(5000);
      await dialled;
    },
  };
}
