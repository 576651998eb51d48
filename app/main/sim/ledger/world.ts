import { toHex, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { leastQuorum, makeValidatorSet, type FaultModel } from '../../ledger/types/validators.ts';
import { memoryBlsSigner } from '../../platform/memory/bls.ts';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import { Trace } from '../trace.ts';
import { calm, inflictOnLines, passThrough, runToEnd, waitUntil, WORLD_BEGINS_MS } from '../schedule.ts';
import { Rng } from '../rng.ts';
import type { SimGenesis } from './application.ts';
import { plainTransaction, setTransaction } from './transactions.ts';
import type { LedgerWorldOptions, LedgerWorldReport } from './world-report.ts';
import { drawLedgerFaults, type LedgerFault } from './faults.ts';
import { SimLog, type SimEvent } from './log.ts';
import { Oracle } from './oracle.ts';
import { SimValidator } from './validator.ts';
import { timerTransaction } from './timers.ts';
import { newTransaction, NEW_VERSION, sinceOf, versionTransaction } from './versions.ts';
import { ByzantineValidator } from './byzantine-validator.ts';

const PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY_MS = 2000;
const DIAL_EVERY_MS = 500;

/** Runs one seeded world of validators from its founding to its end. */
export async function runLedgerWorld(
  seed: number,
  options: LedgerWorldOptions = {},
): Promise<LedgerWorldReport> {
  const world = new LedgerWorld(seed, options);
  await runToEnd(world, world.trace);
  return world.report();
}

class LedgerWorld {
  readonly #seed: number;
  readonly #options: LedgerWorldOptions;
  readonly #time = new VirtualClock(WORLD_BEGINS_MS);
  readonly #rng: Rng;
  readonly #network: MemoryNetwork;
  readonly trace = new Trace(this.#time);
  readonly #genesis: SimGenesis;
  readonly #honest = new Map<number, SimValidator>();
  readonly #byzantine = new Map<number, ByzantineValidator>();
  /**
   * Places of honest nodes that may lose part of their disk; together with the byzantine ones they are within
   * the tolerance.
   */
  readonly #fragile: readonly number[];
  readonly #faults: readonly LedgerFault[];
  readonly #lengthMs: number;
  readonly #submitted: Uint8Array[] = [];
  readonly #events: SimEvent[] = [];
  readonly #dialling = new Set<string>();
  readonly #oracle: Oracle;
  #settledAfterMs: number | null = null;
  #outdated = 0;
  #ended = false;

  constructor(seed: number, options: LedgerWorldOptions) {
    this.#seed = seed;
    this.#options = options;
    const rng = new Rng(seed, 'ledger');
    this.#rng = rng;
    this.#network = createMemoryNetwork({ clock: this.#time, random: new Rng(seed, 'network') });
    const count = rng.between(1, 10);
    const model: FaultModel = rng.chance(0.7) ? 'byzantine' : 'crash';
    const signers = Array.from({ length: count }, (_, place) =>
      memoryBlsSigner(sha256(utf8(`${seed} validator ${place}`))),
    );
    const candidates = signers.map((signer, place) => ({
      key: sha256(utf8(`${seed} person ${place}`)),
      peer: `node${place}`,
      bls: signer.publicKey,
      pop: signer.provePossession(),
    }));
    const set = makeValidatorSet({ epoch: 0, model, validators: candidates });
    this.#genesis = { community: sha256(utf8(`${seed}`)), time: WORLD_BEGINS_MS, model, candidates, set };
    this.#oracle = new Oracle(this.#genesis, this.#honest, this.trace);
    const spare = count - leastQuorum(model, count);
    const byzantine = model === 'byzantine' ? rng.between(0, spare) : 0;
    const places = shuffled(rng, candidates.keys().toArray());
    const bad = new Set(places.slice(0, byzantine));
    this.#fragile = places.slice(byzantine, byzantine + rng.between(0, spare - byzantine));
    const names = candidates.map(({ peer }) => peer);
    const ages = options.versions ? new Rng(seed, 'releases') : null;
    for (const [place, signer] of signers.entries()) {
      const shared = {
        name: names[place]!,
        signer,
        time: this.#time,
        network: this.#network,
        genesis: this.#genesis,
        rng: new Rng(seed, names[place]!),
      };
      if (bad.has(place)) {
        const events = options.log && { events: () => this.#events.map(({ id }) => id) };
        this.#byzantine.set(place, new ByzantineValidator({ ...shared, others: names, ...events }));
      } else {
        const log = new SimLog(() => this.#fetch(log));
        const node: SimValidator = new SimValidator({
          ...shared,
          mutant: options.mutant ?? {},
          submitted: () => this.#submitted,
          finalised: (run) => this.#oracle.finalised(node, run),
          accused: (evidence) => this.#oracle.accused(evidence),
          complain: (what) => this.trace.complain(what),
          ...(options.log && { log }),
          ...(ages?.chance(0.4) && { old: true }),
        });
        this.#honest.set(place, node);
      }
    }
    this.#lengthMs = rng.between(5000, 40_000);
    this.#faults = drawLedgerFaults(new Rng(seed, 'faults'), count, this.#fragile, this.#lengthMs);
  }

  async run(): Promise<void> {
    const rng = new Rng(this.#seed, 'people');
    for (const node of this.#everybody()) await node.start();
    this.#dial();
    const works = Array.from({ length: rng.between(3, 20) }, () => rng.between(0, this.#lengthMs));
    const timers = this.#options.timers ? new Rng(this.#seed, 'timers') : null;
    const versions = this.#options.versions ? new Rng(this.#seed, 'versions') : null;
    const posts = this.#options.log ? new Rng(this.#seed, 'log') : null;
    const moments = [
      ...Array.from({ length: posts?.between(3, 40) ?? 0 }, () => ({
        atMs: posts!.between(0, this.#lengthMs),
        run: () => this.#post(posts!),
      })),
      ...this.#faults.map((fault) => ({ atMs: fault.atMs, run: () => this.#inflict(fault) })),
      ...works.map((atMs, n) => ({ atMs, run: () => this.#submit(this.#transaction(rng, n)) })),
      ...Array.from({ length: timers?.between(1, 12) ?? 0 }, (_, n) => ({
        atMs: timers!.between(0, this.#lengthMs),
        run: () => this.#submit(timerTransaction(n, timers!.between(1, 90_000))),
      })),
      ...(versions ? this.#versionMoments(versions) : []),
    ];
    await passThrough(this.#time, moments, this.#lengthMs);
    await this.#quiesce();
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const node of this.#everybody()) await node.end();
  }

  report(): LedgerWorldReport {
    return {
      seed: this.#seed,
      problems: this.trace.problems,
      trace: this.trace.trace(),
      model: this.#genesis.model,
      validators: this.#genesis.candidates.length,
      byzantine: [...this.#byzantine.values()].map(
        ({ name, traits }) => `${name}: ${[...traits].join(', ')}`,
      ),
      blocks: this.#oracle.final.size,
      anchored: this.#oracle.anchored.size,
      rung: this.#oracle.rung,
      newFrom: this.#oracle.versions.begins,
      cancelled: this.#oracle.versions.cancelled,
      outdated: this.#outdated,
      epochs: this.#oracle.sets.size,
      faults: this.#faults,
      settledAfterMs: this.#settledAfterMs,
    };
  }

  #everybody(): (SimValidator | ByzantineValidator)[] {
    return [...this.#honest.values(), ...this.#byzantine.values()];
  }

  #transaction(rng: Rng, n: number): Uint8Array {
    return rng.chance(0.1) ? setTransaction(n, this.#drawSet(rng)) : plainTransaction(n);
  }

  /** Schedules, cancellations, updates of single nodes, and enough transactions for the blocks between them. */
  #versionMoments(rng: Rng) {
    const at = () => rng.between(0, this.#lengthMs);
    const submitted = (transaction: Uint8Array, atMs = at()) => ({
      atMs,
      run: () => this.#submit(transaction),
    });
    const schedule = (n: number) =>
      submitted(versionTransaction(n, rng.chance(0.2) ? null : rng.between(14, 20)), Math.floor(at() / 3));
    return [
      ...Array.from({ length: rng.between(1, 4) }, (_, n) => schedule(n)),
      ...Array.from({ length: rng.between(1, 5) }, (_, n) => submitted(newTransaction(n))),
      ...Array.from({ length: rng.between(30, 80) }, (_, n) => submitted(plainTransaction(1000 + n))),
      ...[...this.#honest.values()]
        .filter(({ known }) => known < NEW_VERSION && rng.chance(0.3))
        .map((node) => ({ atMs: at(), run: () => this.#update(node, rng.between(0, 5000)) })),
    ];
  }

  #update(node: SimValidator, downMs: number): void {
    node.update();
    this.#time.after(downMs, () => void this.#wake(node));
  }

  /** [PV6] [PV9] Old nodes reach the last block that they know and stop there; then they are updated. */
  async #updateOld(patience: { patienceMs: number; everyMs: number }): Promise<void> {
    const old = [...this.#honest.values()].filter(({ known }) => known < NEW_VERSION);
    const { final, versions } = this.#oracle;
    const there = ({ ledger }: SimValidator) =>
      ledger?.chain().length === Math.min(final.size, (versions.begins ?? Infinity) - 1);
    if ((await waitUntil(this.#time, () => old.every(there), patience)) === null) {
      this.trace.complain('an old node did not follow up to the new version [PV6]');
    }
    for (const node of old) {
      const isOutdated = node.ledger?.outdated === true;
      if (isOutdated) this.#outdated++;
      if (isOutdated !== (node.consensus?.view().halted === 'outdated')) {
        this.trace.complain(`${node.name} did not stop before the new version [PV6]`);
      }
      this.#update(node, 0);
    }
  }

  /** Draws a set in which byzantine and fragile nodes together stay within the tolerance. */
  #drawSet(rng: Rng): number[] {
    const { candidates, model } = this.#genesis;
    const shaky = new Set([...this.#byzantine.keys(), ...this.#fragile]);
    for (;;) {
      const places = shuffled(rng, candidates.keys().toArray()).slice(0, rng.between(1, candidates.length));
      const weak = places.filter((place) => shaky.has(place)).length;
      if (weak <= places.length - leastQuorum(model, places.length)) return places;
    }
  }

  #submit(transaction: Uint8Array): void {
    this.#submitted.push(transaction);
    for (const node of this.#everybody()) {
      this.#time.after(this.#rng.between(0, 300), () => node.submit(transaction));
    }
  }

  /** Somebody writes into the log: the event is on one node at once, and on others sooner or later. */
  #post(rng: Rng): void {
    const logs = [...this.#honest.values()].map(({ log }) => log!);
    const event = { id: rng.bytes(32), timeMs: this.#time.now() };
    this.#events.push(event);
    const author = rng.pick(logs);
    author.put(event);
    for (const log of logs) {
      const late = rng.chance(0.2);
      this.#time.after(rng.between(0, late ? 30_000 : 2000), () => log.put(event));
    }
  }

  /** A node asks another for events that it lacks. */
  #fetch(log: SimLog): void {
    this.#time.after(500, () => {
      const other = this.#rng.pick([...this.#honest.values()]);
      if (other.up) for (const event of other.log!.events) log.put(event);
    });
  }

  /** Nodes find each other again, like peers that know each other's addresses. */
  #dial(): void {
    if (this.#ended) return;
    const up = this.#everybody().filter((node) => node instanceof ByzantineValidator || node.up);
    for (const [index, { name }] of up.entries()) {
      const transport = this.#network.transport(name);
      const linked = new Set(transport.peers().map(({ peer }) => peer));
      for (const { name: other } of up.slice(index + 1)) {
        const pair = `${name} ${other}`;
        if (linked.has(other) || this.#dialling.has(pair)) continue;
        this.#dialling.add(pair);
        transport
          .dial(`/memory/${other}`)
          .catch(() => {})
          .finally(() => this.#dialling.delete(pair));
      }
    }
    this.#time.after(DIAL_EVERY_MS, () => this.#dial());
  }

  #inflict(fault: LedgerFault): void {
    this.trace.note(JSON.stringify(fault));
    const name = (place: number) => this.#genesis.candidates[place]!.peer;
    switch (fault.kind) {
      case 'lines':
      case 'partition':
      case 'heal':
      case 'cut':
        return inflictOnLines(this.#network, fault, name);
      case 'clock':
        return this.#honest.get(fault.node)?.jump(fault.byMs);
      case 'backup':
        return this.#honest.get(fault.node)?.backup();
      case 'blackout':
        for (const node of this.#honest.values()) this.#fell(node, fault.downMs);
        return;
      case 'crash':
        return this.#fell(this.#honest.get(fault.node), fault.downMs);
      case 'set-back': {
        const node = this.#honest.get(fault.node);
        if (!node?.up) return;
        node.setBack(fault.writes, fault.keepsMark);
        this.#time.after(fault.downMs, () => void this.#wake(node));
        return;
      }
      case 'restore': {
        const node = this.#honest.get(fault.node);
        if (node?.restore(fault.keepsMark)) this.#time.after(fault.downMs, () => void this.#wake(node));
      }
    }
  }

  #fell(node: SimValidator | undefined, downMs: number): void {
    if (!node) return;
    node.crash();
    this.#time.after(downMs, () => void this.#wake(node));
  }

  async #wake(node: SimValidator): Promise<void> {
    try {
      await node.start();
    } catch (error) {
      this.trace.complain(`${node.name} failed to restart: ${String(error)}`);
    }
  }

  /** Stops all faults but the byzantine validators; then everything must become final everywhere. */
  async #quiesce(): Promise<void> {
    calm(this.#network);
    for (const node of this.#honest.values()) {
      node.setClock(0);
      await this.#wake(node);
    }
    const patienceMs = this.#options.patienceMs ?? PATIENCE_MS;
    const patience = { patienceMs, everyMs: LOOK_EVERY_MS };
    if (this.#options.versions) await this.#updateOld(patience);
    this.#settledAfterMs = await waitUntil(this.#time, () => this.#settled(), patience);
    if (this.#settledAfterMs !== null) return;
    const heights = [...this.#honest.values()].map(({ name, ledger, consensus }) => {
      const view = consensus?.view();
      return `${name} ${ledger?.chain().length} (slot ${view?.slots.at(-1)?.slot}${view?.halted ? `, ${view.halted}` : ''})`;
    });
    this.trace.complain(`not all became final within ${patienceMs / 60_000} minutes: ${heights.join(', ')}`);
  }

  /**
   * Whether every honest node holds the same chain, with everything that was ever submitted or final, and no
   * timer waits.
   */
  #settled(): boolean {
    if (this.#oracle.timers.waiting > 0) return false;
    return [...this.#honest.values()].every(({ ledger }) => {
      const chain = ledger?.chain() ?? [];
      if (chain.length !== this.#oracle.final.size || this.#events.length > this.#oracle.anchored.size)
        return false;
      const held = new Set(chain.flatMap(({ transactions }) => transactions.map(toHex)));
      const version = this.#oracle.versions.at(chain.length + 1);
      const expected = this.#submitted.filter((transaction) => sinceOf(transaction) <= version);
      return [...this.#oracle.ordered, ...expected.map(toHex)].every((key) => held.has(key));
    });
  }
}

function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  const rest = [...list];
  const out: T[] = [];
  while (rest.length > 0) out.push(...rest.splice(rng.between(0, rest.length - 1), 1));
  return out;
}
