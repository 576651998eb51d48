import type { BlsSigner } from '../../kernel/bls.ts';
import { every } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { anchorsPending } from '../../ledger/chain/anchoring.ts';
import type { FinalRun } from '../../ledger/consensus/application.ts';
import {
  createConsensus,
  type Consensus,
  type ConsensusTimes,
  type Rules,
} from '../../ledger/consensus/consensus.ts';
import type { Evidence } from '../../ledger/types/equivocation.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { MachineClock, settled, type VirtualClock } from '../../platform/memory/clock.ts';
import type { MemoryNetwork } from '../../platform/memory/network.ts';
import type { Rng } from '../rng.ts';
import { SimLedger, type ChainDisk, type SimGenesis } from './application.ts';
import type { SimLog } from './log.ts';
import { NEW_VERSION } from './versions.ts';
import { VoteDisk, type VotePorts } from './vote-disk.ts';

export const simTimes: ConsensusTimes = { baseMs: 1000, capMs: 16_000, aheadMs: 5000, paceMs: 40 };

/** A rule broken on purpose that the simulation must find. */
export interface Mutant {
  readonly rules?: Rules;
  /** Votes for anchors without checking whether it holds the listed events. */
  readonly blind?: boolean;
  /** Executes blocks of versions that its release does not know. */
  readonly bold?: boolean;
  /** Orders nothing when a timer is due. */
  readonly sleeps?: boolean;
  disk?(disk: VotePorts): VotePorts;
}

export interface SimValidatorInit {
  readonly name: string;
  readonly signer: BlsSigner;
  readonly rng: Rng;
  readonly time: VirtualClock;
  readonly network: MemoryNetwork;
  readonly genesis: SimGenesis;
  readonly mutant: Mutant;
  /** Everything that was ever submitted, for a node that restarts. */
  readonly submitted: () => readonly Uint8Array[];
  readonly finalised: (run: FinalRun) => void;
  readonly accused: (evidence: Evidence) => void;
  readonly complain: (what: string) => void;
  /** The events to anchor, in worlds that have a log; it outlives the node. */
  readonly log?: SimLog;
  /** [PV6] Whether its first release is older than the version that the world activates. */
  readonly old?: boolean;
}

/** How often a validator checks for events to anchor, in milliseconds. */
const ANCHOR_LOOK_MS = 250;

/** The longest wait for a timer before the clock is read again, in milliseconds. */
const DUE_LOOK_MS = 10_000;

/** An honest validator: disks that outlive it, and one life after another on them. */
export class SimValidator {
  readonly name: string;
  readonly #init: SimValidatorInit;
  readonly #chain: ChainDisk = { runs: [] };
  readonly #votes: VoteDisk;
  #clock: MachineClock;
  #backup: number | null = null;
  #wasRestored = false;
  #cancelDue = () => {};
  /** [PV6] The newest version of the protocol that its release knows. */
  known: number;
  #life: { ledger: SimLedger; consensus: Consensus } | null = null;

  constructor(init: SimValidatorInit) {
    this.#init = init;
    this.name = init.name;
    this.known = init.old ? NEW_VERSION - 1 : NEW_VERSION;
    this.#votes = new VoteDisk(init.rng);
    this.#clock = new MachineClock(init.time);
  }

  get up(): boolean {
    return this.#life !== null;
  }

  get ledger(): SimLedger | null {
    return this.#life?.ledger ?? null;
  }

  get log(): SimLog | undefined {
    return this.#init.log;
  }

  get consensus(): Consensus | null {
    return this.#life?.consensus ?? null;
  }

  async start(): Promise<void> {
    if (this.#life) return;
    const { name, signer, network, genesis, mutant, rng, complain, submitted, log } = this.#init;
    const clock = this.#clock;
    const ledger = new SimLedger({
      disk: this.#chain,
      genesis,
      clock,
      writeMs: () => rng.between(0, 10),
      finalised: (run) => {
        this.#init.finalised(run);
        this.#work();
      },
      accused: this.#init.accused,
      complain: (what) => complain(`${name} ${what}`),
      ...(log && { log }),
      ...(mutant.blind && { blind: true }),
      known: this.known,
      ...(mutant.bold && { bold: true }),
    });
    const disk = this.#votes.open(clock);
    const transport = network.transport(name);
    const consensus = createConsensus({
      community: genesis.community,
      signer,
      bls: memoryBls,
      times: simTimes,
      application: ledger,
      ...(mutant.disk?.(disk) ?? disk),
      transport,
      clock,
      logger: { ...silentLogger, error: (event, facts) => this.#logged(event, facts) },
      ...(mutant.rules && { rules: mutant.rules }),
    });
    await transport.start();
    await consensus.start();
    this.#life = { ledger, consensus };
    for (const transaction of submitted()) ledger.submit(transaction);
    this.#work();
    if (log) every(clock, ANCHOR_LOOK_MS, () => this.#work());
  }

  #work(): void {
    if (!this.#life) return;
    const { ledger, consensus } = this.#life;
    const { anchoring, pending } = ledger;
    const isDue = !this.#init.mutant.sleeps && this.#awaitDue(ledger);
    const anchors = anchoring !== null && anchorsPending(anchoring, () => consensus.view());
    consensus.work(pending || isDue || anchors);
  }

  /** [TM6] Whether a timer is due; looks again when one may be. */
  #awaitDue({ nextDue }: SimLedger): boolean {
    this.#cancelDue();
    if (nextDue === null) return false;
    const waitMs = nextDue - this.#clock.now();
    if (waitMs <= 0) return true;
    this.#cancelDue = this.#clock.after(Math.min(waitMs, DUE_LOOK_MS), () => this.#work());
    return false;
  }

  submit(transaction: Uint8Array): void {
    this.#life?.ledger.submit(transaction);
    this.#work();
  }

  jump(byMs: number): void {
    this.#clock.offsetMs += byMs;
  }

  setClock(offsetMs: number): void {
    this.#clock.offsetMs = offsetMs;
  }

  /** [PV9] The machine stops, and starts with the newest release next time. */
  update(): void {
    this.crash();
    this.known = NEW_VERSION;
  }

  /** The machine stops suddenly. */
  crash(): void {
    if (!this.#life) return;
    const { ledger, consensus } = this.#life;
    this.#life = null;
    ledger.die();
    this.#votes.crash();
    this.#init.network.crash(this.name);
    const { offsetMs } = this.#clock;
    this.#clock.stop();
    this.#clock = new MachineClock(this.#init.time);
    this.#clock.offsetMs = offsetMs;
    void consensus.stop();
  }

  backup(): void {
    this.#votes.backup();
    this.#backup = this.#chain.runs.length;
  }

  /** The machine stops, and its disks are replaced by the backup. */
  restore(keepsMark: boolean): boolean {
    if (this.#backup === null) return false;
    this.crash();
    this.#votes.restore(keepsMark);
    this.#chain.runs = this.#chain.runs.slice(0, this.#backup);
    this.#wasRestored = true;
    return true;
  }

  /** The machine stops and comes back without the newest writes to its vote log. */
  setBack(writes: number, keepsMark: boolean): void {
    this.crash();
    this.#votes.setBack(writes, keepsMark);
    this.#wasRestored = true;
  }

  async end(): Promise<void> {
    this.crash();
    await settled();
  }

  #logged(event: string, facts: object = {}): void {
    // A validator that was set back finds its own votes at its peers.
    if (event === 'vote-log-behind' && this.#wasRestored) return;
    this.#init.complain(`${this.name} logged ${event} ${JSON.stringify(facts)}`);
  }
}
