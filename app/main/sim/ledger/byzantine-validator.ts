import type { BlsSigner } from '../../kernel/bls.ts';
import { toHex } from '../../kernel/bytes.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { anchorDigest, anchorOn, type Anchored } from '../../ledger/types/anchor.ts';
import { encodeBlock, makeBlock, openBlock, type Block } from '../../ledger/types/block.ts';
import { encodeCertificate, makeCertificate, type Certificate } from '../../ledger/types/certificate.ts';
import { decodeWire, encodeWire, LEDGER_PROTOCOL, type Wire } from '../../ledger/consensus/consensus-wire.ts';
import { ledgerTopics } from '../../ledger/consensus/broadcast.ts';
import { createConsensus, type Consensus } from '../../ledger/consensus/consensus.ts';
import { baseOf, type Base } from '../../ledger/consensus/proposal.ts';
import type { ValidatorSet } from '../../ledger/types/validators.ts';
import { encodeVote, motionMessage, openVote, type Vote, type VoteKind } from '../../ledger/types/vote.ts';
import type { Channel, Transport } from '../../log/transport.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import type { VirtualClock } from '../../platform/memory/clock.ts';
import type { MemoryNetwork } from '../../platform/memory/network.ts';
import type { Rng } from '../rng.ts';
import { SimLedger, simLimits, firstBase, type SimGenesis } from './application.ts';
import { plainTransaction } from './transactions.ts';
import { simTimes } from './validator.ts';

/** The behaviours of a byzantine validator; each draws some of them. */
const TRAITS = [
  /** Votes for every block and for none, and finalises everything. */
  'vote-for-all',
  /** As a leader, shows different blocks to different halves. */
  'two-faced',
  /** Sends its messages only to some. */
  'whisper',
  'replay',
  'garbage',
  /** Answers catch-up requests with lies. */
  'lie',
  /** Relays nothing. */
  'swallow',
] as const;
type Trait = (typeof TRAITS)[number];

const ACT_EVERY_MS = 250;
/** Transactions that only byzantine validators write, so that theirs can be told from people's. */
const FIRST_OWN = 1_000_000;

export interface ByzantineValidatorInit {
  readonly name: string;
  readonly signer: BlsSigner;
  readonly rng: Rng;
  readonly time: VirtualClock;
  readonly network: MemoryNetwork;
  readonly genesis: SimGenesis;
  /** Names of all nodes. */
  readonly others: readonly string[];
  /** Ids of all existing events, in worlds that have a log. */
  readonly events?: () => readonly Uint8Array[];
}

/** A validator that breaks the rules at will. It follows the chain like an honest node, to lie well. */
export class ByzantineValidator {
  readonly name: string;
  readonly traits: ReadonlySet<Trait>;
  readonly #init: ByzantineValidatorInit;
  readonly #ledger: SimLedger;
  readonly #heard: Uint8Array[] = [];
  readonly #votes: Vote[] = [];
  readonly #bases = new Map<string, Base>();
  readonly #led = new Set<string>();
  #consensus: Consensus | null = null;
  #own = FIRST_OWN;
  #ended = false;

  constructor(init: ByzantineValidatorInit) {
    this.#init = init;
    this.name = init.name;
    this.traits = new Set(TRAITS.filter(() => init.rng.chance(0.5)));
    this.#ledger = new SimLedger({
      disk: { runs: [] },
      genesis: init.genesis,
      clock: init.time,
      writeMs: () => 0,
      finalised: () => {},
      accused: () => {},
      complain: () => {},
    });
  }

  async start(): Promise<void> {
    const { network, genesis, time, name } = this.#init;
    const transport = network.transport(name);
    this.#consensus = createConsensus({
      community: genesis.community,
      signer: null,
      bls: memoryBls,
      times: simTimes,
      application: this.#ledger,
      votes: noVotes,
      signState: { read: async () => null, write: async () => {} },
      transport: this.#bent(transport),
      clock: time,
      logger: silentLogger,
    });
    await transport.start();
    await this.#consensus.start();
    if (this.traits.has('two-faced')) {
      this.#consensus.onChange(() => time.after(this.#init.rng.between(0, 100), () => this.#lead()));
    }
    this.#soon();
  }

  submit(transaction: Uint8Array): void {
    this.#consensus?.work(this.#ledger.submit(transaction));
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#init.network.crash(this.name);
    await this.#consensus?.stop();
  }

  /** A transport that listens in, and lies where an honest node would answer. */
  #bent(transport: Transport): Transport {
    const lies = this.traits.has('lie');
    const swallows = this.traits.has('swallow');
    return new Proxy(transport, {
      get: (target, name) => {
        if (name === 'subscribe') {
          return (...[topic, validate, range]: Parameters<Transport['subscribe']>) => {
            const bent = async (data: Uint8Array, from: string) => {
              this.#hear(data);
              const verdict = await validate(data, from);
              return swallows ? 'ignore' : verdict;
            };
            target.subscribe(topic, bent, range);
          };
        }
        if (name === 'handle' && lies) {
          return () => target.handle(LEDGER_PROTOCOL, (channel) => this.#lie(channel));
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  #soon(): void {
    this.#init.time.after(ACT_EVERY_MS, () => {
      if (this.#ended) return;
      this.#act();
      this.#soon();
    });
  }

  #act(): void {
    const { rng } = this.#init;
    if (this.traits.has('replay') && this.#heard.length > 0 && rng.chance(0.3)) {
      this.#say(rng.pick(this.#heard), this.#some());
    }
    if (this.traits.has('garbage') && rng.chance(0.3)) this.#say(this.#garbage(), this.#some());
  }

  #hear(data: Uint8Array): void {
    this.#heard.push(data);
    if (this.#heard.length > 500) this.#heard.shift();
    let message: Wire<'proposal' | 'vote' | 'certificate'>;
    try {
      message = decodeWire(data, ['proposal', 'vote', 'certificate']);
      if (message[0] === 'vote') this.#votes.push(openVote(message[1]));
      if (message[0] !== 'proposal') return;
      const block = openBlock(message[1], simLimits);
      this.#bases.set(toHex(block.header.hash), baseOf(block));
      if (this.traits.has('vote-for-all')) this.#voteForAll(block);
    } catch {
      // Other byzantine validators send garbage.
    }
  }

  #set(): { set: ValidatorSet; me: number } | null {
    const { genesis, signer } = this.#init;
    const view = this.#consensus!.view();
    const { epoch, model, quorum } = view;
    const validators = view.validators.map(({ key }) => byKey(genesis.candidates, key));
    const set = { epoch, model, quorum, validators };
    const me = validators.findIndex(({ bls }) => toHex(bls) === toHex(signer.publicKey));
    return me < 0 ? null : { set, me };
  }

  #vote(kind: VoteKind, slot: number, block: Uint8Array | null): Vote | null {
    const here = this.#set();
    if (!here) return null;
    const motion = { kind, epoch: here.set.epoch, slot, block };
    const message = motionMessage(this.#init.genesis.community, here.set, motion);
    return { ...motion, voter: here.me, signature: this.#init.signer.sign(message) };
  }

  #voteForAll({ header: { slot, hash } }: Block): void {
    const { rng } = this.#init;
    for (const vote of [
      this.#vote('notarise', slot, hash),
      this.#vote('nullify', slot, null),
      this.#vote('finalise', slot, hash),
    ]) {
      if (vote && rng.chance(0.8)) this.#say(encodeWire(['vote', encodeVote(vote)]), this.#some());
    }
  }

  /** As the leader of a slot, sends one block to some and another to the rest. */
  #lead(): void {
    const { rng, genesis, others } = this.#init;
    const view = this.#consensus!.view();
    const here = this.#set();
    const current = view.slots.at(-1)!;
    if (!here || current.leader !== here.me || this.#led.has(`${view.epoch} ${current.slot}`)) return;
    if (!view.active || this.#ended) return;
    this.#led.add(`${view.epoch} ${current.slot}`);
    const last = this.#ledger.chain().at(-1);
    const final = last ? baseOf(last) : firstBase(genesis);
    const tops = view.slots.flatMap(({ block, notarised }) => {
      const base = block && this.#bases.get(block.hash);
      return base && (notarised.filter(Boolean).length >= view.quorum || rng.chance(0.1)) ? [base] : [];
    });
    const parent = tops.at(-1) ?? final;
    const halves = split(rng, others);
    for (const half of halves) {
      const transactions = [plainTransaction(this.#own++)];
      const time = Math.max(parent.time + 1, this.#init.time.now()) + (rng.chance(0.1) ? 3_600_000 : 0);
      const anchored = this.#anchored(parent);
      const context = {
        community: genesis.community,
        epoch: view.epoch,
        height: parent.height + 1,
        time,
      };
      const block = makeBlock(
        {
          ...context,
          slot: current.slot,
          parent: parent.hash,
          proposer: here.me,
          stateRoot: rng.chance(0.1) ? rng.bytes(32) : this.#ledger.rootOf(parent, context, transactions),
          anchor: anchored ? { time, digest: anchorDigest(anchored) } : null,
        },
        transactions,
        anchored,
      );
      const vote = this.#vote('notarise', current.slot, block.header.hash);
      this.#bases.set(toHex(block.header.hash), baseOf(block));
      if (vote) this.#say(encodeWire(['proposal', encodeBlock(block), encodeVote(vote)]), half);
    }
  }

  /**
   * In worlds that have a log: a list of events that nobody has, that some have, or that were listed before.
   */
  #anchored(parent: Base): Anchored | undefined {
    const { rng, events } = this.#init;
    const tip = this.#ledger.tipAt(parent.hash);
    if (!events || !tip || rng.chance(0.2)) return undefined;
    const real = events().filter(() => rng.chance(0.3));
    const ids = real.length > 0 && rng.chance(0.5) ? real.slice(0, 20) : [rng.bytes(32)];
    return anchorOn(tip, ids);
  }

  #garbage(): Uint8Array {
    const { rng } = this.#init;
    const known = this.#votes.at(-1);
    const here = this.#set();
    switch (rng.between(0, 3)) {
      case 0:
        return rng.bytes(rng.between(0, 300));
      case 1: {
        if (this.#heard.length === 0) return rng.bytes(5);
        const bent = rng.pick(this.#heard).slice();
        bent[rng.between(0, bent.length - 1)]! ^= 1 + rng.between(0, 254);
        return bent;
      }
      case 2:
        if (!known) return rng.bytes(5);
        return encodeWire(['vote', encodeVote({ ...known, voter: (known.voter + 1) % 4 })]);
      default: {
        if (!known || !here) return rng.bytes(5);
        // Too few signed it; the bitmap may claim that all did.
        const short = shortCertificate(here.set, this.#votes, known);
        if (!short) return rng.bytes(5);
        const all = short.bitmap.map(() => 0xff >> (8 * short.bitmap.length - here.set.validators.length));
        return encodeWire([
          'certificate',
          encodeCertificate(rng.chance(0.5) ? short : { ...short, bitmap: all }),
        ]);
      }
    }
  }

  async #lie(channel: Channel): Promise<void> {
    const { rng } = this.#init;
    const certificate = this.#heard
      .map((data) => (data.length < 400 ? data : null))
      .find((data) => data !== null);
    await channel.send(encodeWire(['standing', 0, rng.between(0, 1000), 1_000_000, null]));
    if (rng.chance(0.3)) return new Promise(() => {});
    if (certificate && rng.chance(0.5)) await channel.send(certificate);
    if (rng.chance(0.5)) await channel.send(rng.bytes(rng.between(1, 200)));
    await channel.send(encodeWire(['end', rng.chance(0.1)]));
    await channel.close();
  }

  /** The recipients: all, or some if it whispers. */
  #some(): readonly string[] {
    const { rng, others } = this.#init;
    return this.traits.has('whisper') ? others.filter(() => rng.chance(0.5)) : others;
  }

  #say(data: Uint8Array, to: readonly string[]): void {
    const { network, genesis, rng, time, name } = this.#init;
    const topic = ledgerTopics(genesis.community).everybody;
    for (const other of to) {
      if (other === name) continue;
      time.after(rng.between(0, 300), () => network.inject(other, topic, data, name));
    }
  }
}

const noVotes = {
  load: async () => null,
  begin: async () => {},
  put: async () => {},
  settle: async () => {},
};

/** Aggregates as many real votes as possible without a quorum; null if the votes themselves were garbage. */
function shortCertificate(set: ValidatorSet, votes: readonly Vote[], like: Vote): Certificate | null {
  const same = votes.filter(({ slot, kind }) => slot === like.slot && kind === like.kind);
  try {
    return makeCertificate(set, same.slice(0, set.quorum - 1), memoryBls);
  } catch {
    return null;
  }
}

function byKey<T extends { key: Uint8Array }>(list: readonly T[], key: Uint8Array): T {
  return list.find((one) => toHex(one.key) === toHex(key))!;
}

function split(rng: Rng, names: readonly string[]): [string[], string[]] {
  const halves: [string[], string[]] = [[], []];
  for (const name of names) halves[rng.between(0, 1)]!.push(name);
  return halves;
}
