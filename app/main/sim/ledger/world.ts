import { createHash } from 'node:crypto';
import { equalBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { FinalRun } from '../../ledger/application.ts';
import { judgeCertificate } from '../../ledger/certificate.ts';
import { convicts, type Evidence } from '../../ledger/equivocation.ts';
import {
  leastQuorum,
  makeValidatorSet,
  type FaultModel,
  type ValidatorSet,
} from '../../ledger/validators.ts';
import { memoryBls, memoryBlsSigner } from '../../platform/memory/bls.ts';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import { Dice } from '../dice.ts';
import { plainTransaction, setTransaction, SimLedger, type SimGenesis } from './application.ts';
import { SimLog, type SimEvent } from './log.ts';
import { drawLedgerFaults, type LedgerFault } from './faults.ts';
import { SimValidator, type Mutant } from './validator.ts';
import { Villain } from './villain.ts';

export interface LedgerWorldOptions {
  readonly mutant?: Mutant;
  /** How long after the last fault everything must be final, in milliseconds of the world. */
  readonly patienceMs?: number;
  /** Whether people write into a log too, which the blocks anchor. */
  readonly log?: boolean;
}

export interface LedgerWorldReport {
  readonly seed: number;
  /** What was not as it must be; empty when all was well. */
  readonly problems: readonly string[];
  /** Hash over everything that happened, in order: the same seed gives the same one. */
  readonly trace: string;
  readonly model: FaultModel;
  readonly validators: number;
  readonly villains: readonly string[];
  readonly blocks: number;
  /** Events that final blocks list. */
  readonly anchored: number;
  readonly epochs: number;
  readonly faults: readonly LedgerFault[];
  /** How long after the last fault all was final everywhere, in milliseconds of the world; null when it never was. */
  readonly settledAfterMs: number | null;
}

const START_MS = Date.UTC(2030, 0, 1);
const MAX_PROBLEMS = 20;
const PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY_MS = 2000;
const DIAL_EVERY_MS = 500;

/** Runs one seeded world of validators from its founding to its end. */
export async function runLedgerWorld(
  seed: number,
  options: LedgerWorldOptions = {},
): Promise<LedgerWorldReport> {
  const world = new LedgerWorld(seed, options);
  try {
    await world.run();
  } catch (error) {
    world.complain(`stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    await world.end();
  }
  return world.report();
}

class LedgerWorld {
  readonly #seed: number;
  readonly #options: LedgerWorldOptions;
  readonly #time = new VirtualClock(START_MS);
  readonly #dice: Dice;
  readonly #network: MemoryNetwork;
  readonly #trace = createHash('sha256');
  readonly #problems: string[] = [];
  readonly #genesis: SimGenesis;
  readonly #honest = new Map<number, SimValidator>();
  readonly #villains = new Map<number, Villain>();
  /** Places of honest nodes that may lose part of their disk; with the villains they are within the tolerance. */
  readonly #fragile: readonly number[];
  readonly #faults: readonly LedgerFault[];
  readonly #lengthMs: number;
  readonly #submitted: Uint8Array[] = [];
  readonly #events: SimEvent[] = [];
  readonly #anchored = new Set<string>();
  readonly #dialling = new Set<string>();
  /** Hex hash of the final block at each height. */
  readonly #final = new Map<number, string>();
  readonly #ordered = new Set<string>();
  readonly #sets = new Map<number, ValidatorSet>();
  #settledAfterMs: number | null = null;
  #ended = false;

  constructor(seed: number, options: LedgerWorldOptions) {
    this.#seed = seed;
    this.#options = options;
    const dice = new Dice(seed, 'ledger');
    this.#dice = dice;
    this.#network = createMemoryNetwork({ clock: this.#time, random: new Dice(seed, 'network') });
    const count = dice.between(1, 10);
    const model: FaultModel = dice.chance(0.7) ? 'byzantine' : 'crash';
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
    this.#sets.set(0, set);
    this.#genesis = { community: sha256(utf8(`${seed}`)), time: START_MS, model, candidates, set };
    const spare = count - leastQuorum(model, count);
    const villains = model === 'byzantine' ? dice.between(0, spare) : 0;
    const places = shuffled(dice, candidates.keys().toArray());
    const bad = new Set(places.slice(0, villains));
    this.#fragile = places.slice(villains, villains + dice.between(0, spare - villains));
    const names = candidates.map(({ peer }) => peer);
    for (const [place, signer] of signers.entries()) {
      const shared = {
        name: names[place]!,
        signer,
        time: this.#time,
        network: this.#network,
        genesis: this.#genesis,
        dice: new Dice(seed, names[place]!),
      };
      if (bad.has(place)) {
        const events = options.log && { events: () => this.#events.map(({ id }) => id) };
        this.#villains.set(place, new Villain({ ...shared, others: names, ...events }));
      } else {
        const log = new SimLog(() => this.#fetch(log));
        const node: SimValidator = new SimValidator({
          ...shared,
          mutant: options.mutant ?? {},
          submitted: () => this.#submitted,
          finalised: (run) => this.#finalised(node, run),
          accused: (evidence) => this.#accused(evidence),
          complain: (what) => this.complain(what),
          ...(options.log && { log }),
        });
        this.#honest.set(place, node);
      }
    }
    this.#lengthMs = dice.between(5000, 40_000);
    this.#faults = drawLedgerFaults(new Dice(seed, 'faults'), count, this.#fragile, this.#lengthMs);
  }

  async run(): Promise<void> {
    const dice = new Dice(this.#seed, 'people');
    for (const node of this.#everybody()) await node.start();
    this.#dial();
    const works = Array.from({ length: dice.between(3, 20) }, () => dice.between(0, this.#lengthMs));
    const posts = this.#options.log ? new Dice(this.#seed, 'log') : null;
    const moments = [
      ...Array.from({ length: posts?.between(3, 40) ?? 0 }, () => ({
        atMs: posts!.between(0, this.#lengthMs),
        run: () => this.#post(posts!),
      })),
      ...this.#faults.map((fault) => ({ atMs: fault.atMs, run: () => this.#inflict(fault) })),
      ...works.map((atMs, n) => ({ atMs, run: () => this.#submit(this.#transaction(dice, n)) })),
    ].sort((a, b) => a.atMs - b.atMs);
    let nowMs = 0;
    for (const { atMs, run } of moments) {
      await this.#time.pass(atMs - nowMs);
      nowMs = atMs;
      run();
    }
    await this.#time.pass(this.#lengthMs - nowMs);
    await this.#quiesce();
  }

  complain(what: string): void {
    this.#note(`complaint ${what}`);
    if (this.#problems.length < MAX_PROBLEMS && !this.#problems.includes(what)) this.#problems.push(what);
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const node of this.#everybody()) await node.end();
  }

  report(): LedgerWorldReport {
    return {
      seed: this.#seed,
      problems: this.#problems,
      trace: this.#trace.digest('hex'),
      model: this.#genesis.model,
      validators: this.#genesis.candidates.length,
      villains: [...this.#villains.values()].map(({ name, traits }) => `${name}: ${[...traits].join(', ')}`),
      blocks: this.#final.size,
      anchored: this.#anchored.size,
      epochs: this.#sets.size,
      faults: this.#faults,
      settledAfterMs: this.#settledAfterMs,
    };
  }

  #everybody(): (SimValidator | Villain)[] {
    return [...this.#honest.values(), ...this.#villains.values()];
  }

  #note(what: string): void {
    this.#trace.update(`${this.#time.now()} ${what}\n`);
  }

  #transaction(dice: Dice, n: number): Uint8Array {
    return dice.chance(0.1) ? setTransaction(n, this.#drawSet(dice)) : plainTransaction(n);
  }

  /** Any set in which villains and fragile nodes together stay within the tolerance. */
  #drawSet(dice: Dice): number[] {
    const { candidates, model } = this.#genesis;
    const shaky = new Set([...this.#villains.keys(), ...this.#fragile]);
    for (;;) {
      const places = shuffled(dice, candidates.keys().toArray()).slice(0, dice.between(1, candidates.length));
      const weak = places.filter((place) => shaky.has(place)).length;
      if (weak <= places.length - leastQuorum(model, places.length)) return places;
    }
  }

  #submit(transaction: Uint8Array): void {
    this.#submitted.push(transaction);
    for (const node of this.#everybody()) {
      this.#time.after(this.#dice.between(0, 300), () => node.submit(transaction));
    }
  }

  /** Somebody writes into the log: it is on one node at once, and elsewhere sooner or later. */
  #post(dice: Dice): void {
    const logs = [...this.#honest.values()].map(({ log }) => log!);
    const event = { id: dice.bytes(32), timeMs: this.#time.now() };
    this.#events.push(event);
    const author = dice.pick(logs);
    author.put(event);
    for (const log of logs) {
      const late = dice.chance(0.2);
      this.#time.after(dice.between(0, late ? 30_000 : 2000), () => log.put(event));
    }
  }

  /** A node asks another for what it lacks. */
  #fetch(log: SimLog): void {
    this.#time.after(500, () => {
      const other = this.#dice.pick([...this.#honest.values()]);
      if (other.up) for (const event of other.log!.events) log.put(event);
    });
  }

  /** Nodes find each other again, as peers that know each other's addresses do. */
  #dial(): void {
    if (this.#ended) return;
    const up = this.#everybody().filter((node) => node instanceof Villain || node.up);
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
    this.#note(JSON.stringify(fault));
    const name = (place: number) => this.#genesis.candidates[place]!.peer;
    switch (fault.kind) {
      case 'lines':
        return this.#network.shape(fault.conditions);
      case 'partition':
        return this.#network.partition(fault.groups.map((group) => group.map(name)));
      case 'heal':
        return this.#network.heal();
      case 'cut':
        return this.#network.cut(name(fault.nodes[0]), name(fault.nodes[1]));
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
      this.complain(`${node.name} did not start again: ${String(error)}`);
    }
  }

  /** All faults but the villains stop; then everything must become final everywhere. */
  async #quiesce(): Promise<void> {
    this.#network.heal();
    this.#network.shape({ delayMs: 20, jitterMs: 20, loss: 0, duplication: 0, reordering: 0 });
    for (const node of this.#honest.values()) {
      node.setClock(0);
      await this.#wake(node);
    }
    const patienceMs = this.#options.patienceMs ?? PATIENCE_MS;
    for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += LOOK_EVERY_MS) {
      if (this.#settled()) {
        this.#settledAfterMs = waitedMs;
        return;
      }
      await this.#time.pass(LOOK_EVERY_MS);
    }
    const heights = [...this.#honest.values()].map(({ name, ledger, consensus }) => {
      const view = consensus?.view();
      return `${name} ${ledger?.chain().length} (slot ${view?.slots.at(-1)?.slot}${view?.halted ? `, ${view.halted}` : ''})`;
    });
    this.complain(`not all became final within ${patienceMs / 60_000} minutes: ${heights.join(', ')}`);
  }

  /** Whether every honest node holds the same chain, with all that was ever submitted or final in it. */
  #settled(): boolean {
    return [...this.#honest.values()].every(({ ledger }) => {
      const chain = ledger?.chain() ?? [];
      if (chain.length !== this.#final.size || this.#events.length > this.#anchored.size) return false;
      const held = new Set(chain.flatMap(({ transactions }) => transactions.map(toHex)));
      return [...this.#ordered, ...this.#submitted.map(toHex)].every((key) => held.has(key));
    });
  }

  /** Safety, at every block that any honest node takes for final. */
  #finalised(node: SimValidator, run: FinalRun): void {
    const { certificate, blocks, closing } = run;
    const set = this.#sets.get(certificate.epoch);
    const community = this.#genesis.community;
    const fault = set ? judgeCertificate(certificate, { community, set, bls: memoryBls }) : 'unknown-epoch';
    if (fault) this.complain(`${node.name} took blocks for final on a ${fault} [K5]`);
    const last = closing.at(-1) ?? blocks.at(-1)!.header;
    if (!equalBytes(last.hash, certificate.block!))
      this.complain(`${node.name} has a proof of something else`);
    const chain = node.ledger?.chain() ?? [];
    for (const { header, transactions, anchored } of blocks) {
      const hash = toHex(header.hash);
      this.#note(`${node.name} final ${header.height} ${hash}`);
      const known = this.#final.get(header.height);
      if (known && known !== hash) this.complain(`two final blocks at height ${header.height} [K9]`);
      const before = header.height === 1 ? this.#genesis.community : chain[header.height - 2]?.header.hash;
      if (node.ledger && !(before && equalBytes(before, header.parent))) {
        this.complain(`${node.name} has a gap below height ${header.height}`);
      }
      if (known) continue;
      this.#final.set(header.height, hash);
      if (anchored && set) this.#certified(anchored.ids, set);
      for (const transaction of transactions) {
        if (this.#ordered.has(toHex(transaction))) this.complain('a transaction is final twice');
        this.#ordered.add(toHex(transaction));
        const next = set && SimLedger.nextSet(this.#genesis, transaction, set);
        if (next) this.#sets.set(next.epoch, next);
      }
    }
  }

  /** [H5] What a final block lists is with a quorum, less those that may lie, at the moment it is final. */
  #certified(ids: readonly Uint8Array[], set: ValidatorSet): void {
    const places = set.validators.map(({ peer }) =>
      this.#genesis.candidates.findIndex((candidate) => candidate.peer === peer),
    );
    const lying = places.filter((place) => this.#villains.has(place)).length;
    for (const id of ids) {
      this.#anchored.add(toHex(id));
      const holders = places.filter((place) => this.#honest.get(place)?.log?.holds(id)).length;
      if (holders < set.quorum - lying) {
        this.complain(`an event is certified that ${holders} honest validators hold [H5]`);
      }
    }
  }

  #accused(evidence: Evidence): void {
    const set = this.#sets.get(evidence.first.epoch);
    const validator = set?.validators[evidence.first.voter];
    if (!set || !validator) return this.complain('somebody unknown was accused [K7]');
    const place = this.#genesis.candidates.findIndex(({ peer }) => peer === validator.peer);
    if (!convicts(evidence, { community: this.#genesis.community, set, bls: memoryBls })) {
      this.complain('evidence does not convict [K7]');
    } else if (this.#honest.has(place)) {
      this.complain(`${validator.peer}, honest, voted against itself [K6]`);
    }
  }
}

function shuffled<T>(dice: Dice, list: readonly T[]): T[] {
  const rest = [...list];
  const out: T[] = [];
  while (rest.length > 0) out.push(...rest.splice(dice.between(0, rest.length - 1), 1));
  return out;
}
