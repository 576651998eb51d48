import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { FinalRun } from '../../ledger/consensus/application.ts';
import { judgeCertificate } from '../../ledger/types/certificate.ts';
import type { Block } from '../../ledger/types/block.ts';
import { convicts, type Evidence } from '../../ledger/types/equivocation.ts';
import type { ValidatorSet } from '../../ledger/types/validators.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import type { Trace } from '../trace.ts';
import { SimLedger, type SimGenesis } from './application.ts';
import { TimerModel } from './timers.ts';
import { VersionModel } from './versions.ts';
import type { SimValidator } from './validator.ts';

/** Sees everything that honest validators finalise, and reports violations. */
export class Oracle {
  /** Hex hash of the final block at each height. */
  readonly final = new Map<number, string>();
  /** Hex of every final transaction. */
  readonly ordered = new Set<string>();
  /** Hex ids of the events that final blocks list. */
  readonly anchored = new Set<string>();
  /** The validators of each epoch that final blocks started. */
  readonly sets = new Map<number, ValidatorSet>();
  /** The timers that final blocks scheduled. */
  readonly timers = new TimerModel();
  /** The versions of the protocol that final blocks scheduled. */
  readonly versions = new VersionModel();
  /** How many timers final blocks ran. */
  rung = 0;
  readonly #genesis: SimGenesis;
  readonly #honest: ReadonlyMap<number, SimValidator>;
  readonly #trace: Trace;

  /** @param honest the places of honest validators; all others lie. */
  constructor(genesis: SimGenesis, honest: ReadonlyMap<number, SimValidator>, trace: Trace) {
    this.#genesis = genesis;
    this.#honest = honest;
    this.#trace = trace;
    this.sets.set(0, genesis.set);
  }

  /** Checks safety at every block that an honest node finalises. */
  finalised(node: SimValidator, run: FinalRun): void {
    const { certificate, blocks, closing } = run;
    const set = this.sets.get(certificate.epoch);
    const community = this.#genesis.community;
    const fault = set ? judgeCertificate(certificate, { community, set, bls: memoryBls }) : 'unknown-epoch';
    if (fault) this.#trace.complain(`${node.name} finalised blocks on a ${fault} [K5]`);
    const last = closing.at(-1) ?? blocks.at(-1)!.header;
    if (!equalBytes(last.hash, certificate.block!))
      this.#trace.complain(`${node.name} has a proof of another block`);
    const chain = node.ledger?.chain() ?? [];
    for (const block of blocks) {
      const { header, transactions, anchored } = block;
      const hash = toHex(header.hash);
      this.#trace.note(`${node.name} final ${header.height} ${hash}`);
      const known = this.final.get(header.height);
      if (known && known !== hash) this.#trace.complain(`two final blocks at height ${header.height} [K9]`);
      const before = header.height === 1 ? this.#genesis.community : chain[header.height - 2]?.header.hash;
      if (node.ledger && !(before && equalBytes(before, header.parent))) {
        this.#trace.complain(`${node.name} has a gap below height ${header.height}`);
      }
      if (this.versions.at(header.height) > node.known) {
        this.#trace.complain(`${node.name} finalised a block of a version that it does not know [PV6]`);
      }
      if (known) continue;
      this.final.set(header.height, hash);
      this.#ran(node, block);
      if (!this.versions.pass(block)) this.#trace.complain('a transaction is final before its version [PV2]');
      if (anchored && set) this.#certified(anchored.ids, set);
      for (const transaction of transactions) {
        if (this.ordered.has(toHex(transaction))) this.#trace.complain('a transaction is final twice');
        this.ordered.add(toHex(transaction));
        const next = set && SimLedger.nextSet(this.#genesis, transaction, set);
        if (next) this.sets.set(next.epoch, next);
      }
    }
  }

  /** [TM3] A final block runs exactly the timers that are due, in order. */
  #ran({ name, ledger }: SimValidator, block: Block): void {
    const due = this.timers.pass(block);
    this.rung += due.length;
    const rung = ledger?.timersAt(block.header.hash)?.rung ?? due;
    if (String(rung) === String(due)) return;
    this.#trace.complain(`${name} ran the timers ${String(rung)}, due were ${String(due)} [TM3]`);
  }

  /**
   * [H5] The events of a final block are held by a quorum, less those that may lie, at the moment it is
   * final.
   */
  #certified(ids: readonly Uint8Array[], set: ValidatorSet): void {
    const places = set.validators.map(({ peer }) =>
      this.#genesis.candidates.findIndex((candidate) => candidate.peer === peer),
    );
    const lying = places.filter((place) => !this.#honest.has(place)).length;
    for (const id of ids) {
      this.anchored.add(toHex(id));
      const holders = places.filter((place) => this.#honest.get(place)?.log?.holds(id)).length;
      if (holders < set.quorum - lying) {
        this.#trace.complain(`an event is certified that ${holders} honest validators hold [H5]`);
      }
    }
  }

  accused(evidence: Evidence): void {
    const set = this.sets.get(evidence.first.epoch);
    const validator = set?.validators[evidence.first.voter];
    if (!set || !validator) return this.#trace.complain('somebody unknown was accused [K7]');
    const place = this.#genesis.candidates.findIndex(({ peer }) => peer === validator.peer);
    if (!convicts(evidence, { community: this.#genesis.community, set, bls: memoryBls })) {
      this.#trace.complain('evidence does not convict [K7]');
    } else if (this.#honest.has(place)) {
      this.#trace.complain(`${validator.peer}, honest, contradicted itself [K6]`);
    }
  }
}
