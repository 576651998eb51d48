import { rmSync } from 'node:fs';
import { makeGenesis, type Genesis } from '../community/index.ts';
import { toHex, utf8 } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { BulkSigner } from '../kernel/signer.ts';
import { soleLedger, type LedgerGenesis, type Validator } from '../ledger/index.ts';
import type { SealedEvent } from '../log/event.ts';
import type { Community } from '../node/community.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { memoryBlsSigner } from '../platform/memory/bls.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../platform/memory/network.ts';
import { Trace } from './trace.ts';
import { calm, inflictOnLines, passThrough, runToEnd, waitUntil, WORLD_BEGINS_MS } from './schedule.ts';
import { Rng } from './rng.ts';
import { makeFirstFile, makeRoot } from './disk.ts';
import { Expectations } from './expectations.ts';
import { GarbagePeer } from './garbage.ts';
import { drawConditions, drawFaults, type Fault } from './nemesis.ts';
import { idsOf, SimNode, votingSeed, type PlantedFault } from './node.ts';
import { drawReleases, type Releases } from './releases.ts';
import { actOnce, letAllIn } from './workload.ts';

export interface WorldOptions {
  /**
   * `agreement`: all faults stop in the end, and all nodes must then hold the same. `safety`: the faults
   * never stop; only the conditions that must hold at any time are checked.
   */
  readonly mode?: 'agreement' | 'safety';
  readonly planted?: PlantedFault;
  /** How long to wait for agreement after the last fault, in milliseconds of the world's time. */
  readonly patienceMs?: number;
}

export interface WorldReport {
  readonly seed: number;
  /** The failures; empty if all was well. */
  readonly problems: readonly string[];
  /** Hash over everything that happened, in order: the same seed gives the same hash. */
  readonly trace: string;
  readonly nodes: number;
  /** Events that any node committed. */
  readonly events: number;
  /** How often each act was done. */
  readonly acts: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  /**
   * How long after the last fault all nodes held the same, in milliseconds of the world's time; null if they
   * never did.
   */
  readonly agreedAfterMs: number | null;
}

/**
 * By then any node must have caught up: a shunned peer is admitted again, and the longest back-off is over.
 */
const PATIENCE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 10_000;

/** In one of this many worlds the nodes run different releases of the program [L15] [L17]. */
const MIXED_EVERY = 5;
const MIXED = 2;
/** In one of this many worlds a node lies about what it judged [J28]. */
const LYING_EVERY = 2;
const LYING = 1;

/** Runs one seeded world from its founding to its end. */
export async function runWorld(seed: number, options: WorldOptions = {}): Promise<WorldReport> {
  const root = makeRoot();
  const world = new World(seed, root, options);
  try {
    await runToEnd(world, world.trace);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return world.report();
}

class World {
  readonly #acts = new Map<string, number>();
  readonly #seed: number;
  readonly #options: WorldOptions;
  readonly #time = new VirtualClock(WORLD_BEGINS_MS);
  readonly #network: MemoryNetwork;
  readonly #rng: Rng;
  readonly trace = new Trace(this.#time);
  readonly #nodes: SimNode[] = [];
  readonly #expected: Expectations;
  readonly #genesis: Genesis;
  readonly #garbage: GarbagePeer;
  readonly #faults: readonly Fault[];
  readonly #releases: Releases | null;
  readonly #lengthMs: number;
  readonly #patienceMs: number;
  #agreedAfterMs: number | null = null;

  constructor(seed: number, root: string, options: WorldOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#rng = new Rng(seed, 'world');
    const [rng, time] = [this.#rng, this.#time];
    this.#network = createMemoryNetwork({ clock: time, random: new Rng(seed, 'network') });
    const people = this.#people(rng.between(3, 5));
    const founder = people[0]!;
    this.#genesis = makeGenesis({
      name: 'World',
      description: '',
      founder: founder.publicKey,
      handle: 'founder',
      createdAt: WORLD_BEGINS_MS - 1000,
      nonce: rng.bytes(16),
      ledger: ledgerOf(founder, seed),
    });
    this.#expected = new Expectations(this.#genesis);
    const firstFile = makeFirstFile(root, this.#genesis);
    this.#lengthMs = rng.between(30_000, 90_000);
    this.#releases =
      seed % MIXED_EVERY === MIXED
        ? drawReleases(new Rng(seed, 'releases'), people.length, this.#lengthMs)
        : null;
    const liar = seed % LYING_EVERY === LYING ? new Rng(seed, 'liar').between(0, people.length - 1) : null;
    for (const [place, signer] of people.entries()) {
      this.#nodes.push(
        new SimNode({
          name: `node${place}`,
          seed,
          root,
          firstFile,
          signer,
          lies: place === liar,
          lacks: this.#releases?.first[place] ?? [],
          time,
          network: this.#network,
          genesis: this.#genesis,
          planted: options.planted ?? {},
          expected: this.#expected,
          complain: (what) => this.trace.complain(what),
          trace: (what) => this.trace.note(what),
        }),
      );
    }
    this.#garbage = new GarbagePeer({
      rng: new Rng(seed, 'garbage'),
      time,
      network: this.#network,
      community: this.#genesis.id,
      founder,
      member: people[1]!,
      honest: () => this.#someEvent(),
    });
    this.#faults = [
      ...drawFaults(new Rng(seed, 'faults'), people.length, this.#lengthMs),
      ...(this.#releases?.faults ?? []),
    ];
  }

  /** Sometimes two of the nodes are devices of one person. */
  #people(count: number): BulkSigner[] {
    const people = Array.from({ length: count }, (_, place) =>
      signerOf(sha256(utf8(`${this.#seed} person ${place}`))),
    );
    if (this.#rng.chance(0.5)) people[count - 1] = people[this.#rng.between(0, count - 2)]!;
    return people;
  }

  async run(): Promise<void> {
    await this.#found();
    const rng = new Rng(this.#seed, 'people');
    const acts = Array.from({ length: rng.between(15, 45) }, () => rng.between(0, this.#lengthMs));
    const moments = [
      ...this.#faults.map((fault) => ({ atMs: fault.atMs, run: () => this.#inflict(fault) })),
      ...acts.map((atMs) => ({ atMs, run: () => this.#act(rng) })),
    ];
    await passThrough(this.#time, moments, this.#lengthMs);
    if (this.#options.mode !== 'safety') await this.#quiesce();
    await this.#judge();
  }

  /** Somebody does something. Acts that wait for the ledger are not awaited: time has to pass for them. */
  #act(rng: Rng): void {
    actOnce(rng.pick(this.#nodes), rng, this.#nodes).then(
      ({ node, act, refused }) => {
        this.trace.note(`${node} ${act} ${refused ?? ''}`);
        if (refused === null) this.#acts.set(act, (this.#acts.get(act) ?? 0) + 1);
      },
      (error: unknown) => this.trace.complain(`an act failed: ${String(error)}`),
    );
  }

  async #found(): Promise<void> {
    const [founder, ...others] = this.#nodes as [SimNode, ...SimNode[]];
    this.#network.shape(drawConditions(this.#rng));
    await founder.start();
    await this.#time.pass(100);
    const { members, boards } = founder.community!;
    const known = new Set([toHex(founder.signer.publicKey)]);
    for (const { signer, name } of others) {
      const key = signer.publicKey;
      if (known.has(toHex(key))) continue;
      known.add(toHex(key));
      const role = this.#rng.chance(0.3) && name !== 'node1' ? 'moderator' : 'member';
      const admitted = members.admit({ key, handle: name, role });
      await this.#time.pass(100);
      await admitted;
    }
    boards.create({ slug: 'general', name: 'General', description: '', postRole: 'member' });
    await this.#garbage.start();
    for (const node of others) await node.start();
    for (const [place, node] of others.entries()) {
      for (const other of this.#nodes.slice(0, place + 1)) {
        void node.community?.federation.dial(`/memory/${other.name}`).catch(() => {});
      }
    }
    await this.#time.pass(3000);
  }

  async #inflict(fault: Fault): Promise<void> {
    this.trace.note(JSON.stringify(fault, ['kind', 'atMs', 'node', 'what', 'how']));
    const name = (place: number) => this.#nodes[place]!.name;
    switch (fault.kind) {
      case 'lines':
      case 'partition':
      case 'heal':
      case 'cut':
        return inflictOnLines(this.#network, fault, name);
      case 'clock':
        return this.#nodes[fault.node]!.jump(fault.byMs);
      case 'garbage':
        return this.#garbage.act(fault.what, name(fault.node));
      case 'foreign':
        return this.#garbage.foreign(fault.what, name(fault.node));
      case 'checkpoint':
        return this.#nodes[fault.node]!.disk.checkpoint();
      case 'backup':
        return this.#nodes[fault.node]!.backup();
      case 'crash':
      case 'restore':
      case 'release': {
        const node = this.#nodes[fault.node]!;
        if (fault.kind === 'crash') node.crash(fault.tear);
        else if (fault.kind === 'restore') node.restore();
        else node.replace(fault.lacks);
        this.#time.after(fault.downMs, () => void this.#wake(node));
      }
    }
  }

  async #wake(node: SimNode): Promise<void> {
    try {
      await node.start();
    } catch (error) {
      this.trace.complain(`${node.name} failed to restart: ${String(error)}`);
    }
  }

  /** Stops all faults, then lets time pass until all nodes hold the same or time runs out. */
  async #quiesce(): Promise<void> {
    calm(this.#network);
    for (const node of this.#nodes) {
      node.setClock(0);
      await this.#wake(node);
    }
    await this.#time.pass(1000);
    const agree = () => {
      this.#letAllIn();
      return this.#agree();
    };
    const patience = { patienceMs: this.#patienceMs, everyMs: LOOK_EVERY_MS };
    // Nodes that know different kinds hold the same events, if they all accept them.
    if (this.#releases?.allFit && (await waitUntil(this.#time, agree, patience)) === null) {
      this.trace.complain('nodes of different releases do not agree [L15]');
    }
    if (this.#releases) await this.#updateAll();
    this.#agreedAfterMs = await waitUntil(this.#time, agree, patience);
  }

  /** Every node gets the release that knows all kinds. */
  async #updateAll(): Promise<void> {
    for (const node of this.#nodes) {
      if (node.lacks.length === 0) continue;
      node.replace([]);
      await this.#wake(node);
    }
    // A start has effects that take a moment, such as the answer to a purge.
    await this.#time.pass(1000);
  }

  #letAllIn(): void {
    const founder = this.#nodes[0]!.community;
    if (founder)
      letAllIn(founder).catch((error: unknown) =>
        this.trace.complain(`letting people in failed: ${String(error)}`),
      );
  }

  #agree(): boolean {
    const digests = new Set(this.#nodes.map(({ community }) => community && standingOf(community)));
    return digests.size === 1 && !digests.has(null) && this.#missing(this.#nodes[0]!).length === 0;
  }

  /** Events that some node holds durably, or held and must not have lost, and this one lacks. */
  #missing(node: SimNode): string[] {
    const here = new Set(node.community ? idsOf(node.community.log) : []);
    const missing = new Set<string>();
    for (const { held } of this.#nodes) {
      for (const id of held) {
        if (!here.has(id) && !this.#expected.mayBeRevoked(this.#expected.events.get(id)!)) missing.add(id);
      }
    }
    return [...missing];
  }

  async #judge(): Promise<void> {
    const agreement = this.#options.mode !== 'safety';
    const running = this.#nodes.filter(({ community }) => community !== null);
    const digests = new Map<string, string>();
    for (const node of running) {
      const { log } = node.community!;
      const ids = idsOf(log);
      for (const id of ids) {
        const what = this.#garbage.forbidden.get(id);
        if (what) this.trace.complain(`${node.name} holds garbage: ${what}`);
      }
      const strays = this.#expected.outOfPlace(ids, node.community!.ledger.chain.base.height, node.lacks);
      if (strays.length > 0) {
        this.trace.complain(`${node.name} holds ${strays.length} events beyond their authors' rights [L10]`);
      }
      node.complainOfUnjudged(node.community!);
      const shown = toHex(log.stateDigest());
      log.rebuild();
      if (shown !== toHex(log.stateDigest())) {
        this.trace.complain(`${node.name} shows something different after a rebuild [L12]`);
      }
      digests.set(node.name, `${toHex(log.digest())} ${shown} ${blocksOf(node.community!)}`);
      this.trace.note(`${node.name} ends ${digests.get(node.name)}`);
      const missing = agreement ? this.#missing(node) : node.missing();
      if (missing.length > 0) {
        const kinds = missing.map((id) => this.#expected.events.get(id)?.kind).join(', ');
        this.trace.complain(`${node.name} lacks ${missing.length} events that were committed: ${kinds}`);
      }
    }
    if (!agreement) return;
    if (this.#agreedAfterMs === null)
      this.trace.complain(`no agreement after ${this.#patienceMs / 60_000} minutes`);
    if (new Set(digests.values()).size > 1) {
      for (const [name, digest] of digests) {
        const [log, state, blocks] = digest.split(' ') as [string, string, string];
        this.trace.complain(`${name} has log ${log.slice(0, 8)} and state ${state.slice(0, 8)}, ${blocks}`);
      }
    }
  }

  #someEvent(): SealedEvent | null {
    const events = [...this.#expected.events.values()];
    return events.length === 0 ? null : this.#rng.pick(events);
  }

  async end(): Promise<void> {
    for (const node of this.#nodes) await node.end();
  }

  report(): WorldReport {
    return {
      seed: this.#seed,
      problems: this.trace.problems,
      trace: this.trace.trace(),
      nodes: this.#nodes.length,
      events: this.#expected.events.size,
      acts: Object.fromEntries(this.#acts),
      faults: this.#faults,
      agreedAfterMs: this.#agreedAfterMs,
    };
  }
}

/** The blocks that a node holds, by number and hash of the newest. */
function blocksOf({ ledger }: Community): string {
  const { height, hash } = ledger.chain.base;
  return `block-${height}-${toHex(hash).slice(0, 8)}`;
}

/** Everything that the nodes must agree on, as text. */
function standingOf(community: Community): string {
  return `${toHex(community.log.digest())} ${blocksOf(community)}`;
}

/** [LG5] Every other world begins with version 1 of the protocol, as communities of earlier releases did. */
function ledgerOf(founder: BulkSigner, seed: number): LedgerGenesis {
  const { protocol, ...first } = soleLedger(validatorOf(founder));
  return seed % 2 === 0 || protocol === undefined ? first : { ...first, protocol };
}

/** A person as the sole validator of their community. */
function validatorOf({ publicKey }: Pick<BulkSigner, 'publicKey'>): Validator {
  const bls = memoryBlsSigner(votingSeed('node0', publicKey));
  return { key: publicKey, peer: 'node0', bls: bls.publicKey, pop: bls.provePossession() };
}
