import { defaultSettings } from '../../contract/settings.ts';
import type { Genesis } from '../community/index.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../kernel/bytes.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { BulkSigner } from '../kernel/signer.ts';
import { openCommunity, type Community, type CommunityPorts } from '../node/community.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { memoryBls, memoryBlsSigner } from '../platform/memory/bls.ts';
import { MachineClock, settled, type VirtualClock } from '../platform/memory/clock.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { MEMORY_MODELS, memoryClassifiers } from '../platform/memory/classifiers.ts';
import type { MemoryNetwork } from '../platform/memory/network.ts';
import { releaseWithout } from './releases.ts';
import { memoryVoteJournal } from './vote-journals.ts';
import { lieAboutJudgements } from './lying-judge.ts';
import { Rng } from './rng.ts';
import { SimDisk, type Tear } from './disk.ts';
import type { Expectations } from './expectations.ts';

const NO_LIMITS = { perMinute: 1e6, perMinuteNew: 1e6, sameText: 1e6, links: 1e6, linksNew: 1e6, flood: 1e6 };

/** A deliberate fault that the simulation must find. */
export interface PlantedFault {
  /** Changes the ports of a node. */
  ports?(ports: CommunityPorts): CommunityPorts;
  /** The disk claims that it kept everything, and did not. */
  readonly forgetfulDisk?: boolean;
}

export interface NodeInit {
  readonly name: string;
  readonly seed: number;
  readonly root: string;
  /** The database file that every node starts with. */
  readonly firstFile: string;
  readonly signer: BulkSigner;
  /** Whether it lies about what it judged. */
  readonly lies: boolean;
  /** Kinds of events that its first release does not know. */
  readonly lacks: readonly string[];
  readonly time: VirtualClock;
  readonly network: MemoryNetwork;
  readonly genesis: Genesis;
  readonly planted: PlantedFault;
  readonly expected: Expectations;
  /** Reports an event that must not happen. */
  readonly complain: (what: string) => void;
  /** Records an event in the trace that two runs are compared by. */
  readonly trace: (what: string) => void;
}

/** One complete node of the world: a disk, a clock, and a community on them while it runs. */
export class SimNode {
  readonly name: string;
  readonly signer: BulkSigner;
  readonly disk: SimDisk;
  /** Ids of all events that this node committed and its disk may not have lost. */
  readonly held = new Set<string>();
  readonly #init: NodeInit;
  #lacks: readonly string[];
  readonly #voteJournal = memoryVoteJournal();
  /** Every text that its classifiers were shown. */
  readonly #judged = new Set<string>();
  #backup: ReadonlySet<string> | null = null;
  #clock: MachineClock;
  #life = 0;
  #community: Community | null = null;
  #dying: Promise<void> | null = null;

  constructor(init: NodeInit) {
    this.#init = init;
    this.name = init.name;
    this.signer = init.signer;
    this.#lacks = init.lacks;
    this.disk = new SimDisk(init.root, init.name, init.firstFile);
    this.#clock = new MachineClock(init.time);
  }

  /** The community, or null while the node is down. */
  get community(): Community | null {
    return this.#community;
  }

  /** Kinds of events that its release does not know. */
  get lacks(): readonly string[] {
    return this.#lacks;
  }

  /** Stops the node; it starts again as another release of the program. */
  replace(lacks: readonly string[]): void {
    this.#lacks = lacks;
    this.#die(() => this.disk.tear({ how: 'kill', cut: 1, junk: new Uint8Array(0) }));
  }

  /** Moves this machine's clock forward or back. */
  jump(byMs: number): void {
    this.#clock.offsetMs += byMs;
  }

  setClock(offsetMs: number): void {
    this.#clock.offsetMs = offsetMs;
  }

  async start(): Promise<void> {
    if (this.#community) return;
    await this.#dying;
    const { network, genesis, planted, name, seed } = this.#init;
    const db = this.disk.open();
    if (this.#life > 0) {
      for (const fault of this.disk.check()) this.#init.complain(`${name}: the file is damaged: ${fault}`);
    }
    const transport = network.transport(name);
    const ports: CommunityPorts = {
      db,
      transport,
      network: network.view(name, (peer) => signerOf(sha256(utf8(peer)))),
      platform: 'linux',
      setNetwork: async () => {},
      clock: this.#clock,
      random: new Rng(seed, `${name} ${this.#life}`),
      verifier: immediateVerifier,
      signer: this.signer,
      bls: memoryBls,
      validator: { bls: memoryBlsSigner(votingSeed(name, this.signer.publicKey)), peer: name },
      voteJournal: this.#voteJournal,
      alone: false,
      notices: { put() {}, remove() {} },
      chunks: memoryChunks(),
      classifiers: this.#classifiers(),
      logger: this.#logger(),
      settings: () => ({ ...defaultSettings, node: { name } }),
    };
    const community = await openCommunity(
      planted.ports?.(ports) ?? ports,
      genesis,
      releaseWithout(this.#lacks),
    );
    // Rate limits do not matter here: all nodes must show the same in the end.
    community.moderation.setRules(NO_LIMITS);
    this.#account(community);
    // However the last life ended, nothing of it has been judged since.
    this.complainOfUnjudged(community);
    community.log.onStored((batch) => {
      for (const { event, origin } of batch) {
        const id = toHex(event.id);
        this.held.add(id);
        this.#init.expected.committed(event);
        this.#init.trace(`${name} ${origin} ${id}`);
      }
    });
    const { chain } = community.ledger;
    chain.onFinal(({ header }) => {
      this.#init.expected.ruled(chain.store.aboutPeople(header.height, header.height));
      this.#init.trace(`${name} block ${toHex(header.hash)}`);
    });
    await transport.start();
    community.start();
    if (this.#init.lies) this.#lie(community);
    this.#community = community;
  }

  #lie(community: Community): void {
    const { seed, name, expected } = this.#init;
    const clock = this.#clock;
    lieAboutJudgements({
      community,
      handshake: {
        ...community,
        clock,
        signer: this.signer,
        verifier: immediateVerifier,
        authority: community.members.roster,
        nodeName: () => name,
      },
      signer: this.signer,
      clock,
      rng: new Rng(seed, `lies of ${name} ${this.#life}`),
      models: MEMORY_MODELS,
      attested: (text) => expected.judged(this.signer.publicKey, text),
    });
  }

  /** Classifiers that remember, through all lives of this node, which texts they were shown. */
  #classifiers(): CommunityPorts['classifiers'] {
    const classifiers = memoryClassifiers();
    return {
      ...classifiers,
      judge: (texts) => {
        for (const text of texts) {
          this.#judged.add(text);
          this.#init.expected.judged(this.signer.publicKey, text);
        }
        return classifiers.judge(texts);
      },
    };
  }

  /** [J11] [J28] Nothing is shown that neither this node's classifiers, nor a trusted person's, nor a person has judged. */
  complainOfUnjudged({ log, db, moderation }: Community): void {
    const { expected } = this.#init;
    const shown = db.prepare<{ n: number; id: Uint8Array; judge: Uint8Array | null }>(
      `SELECT e.seq AS n, e.id, j.key AS judge FROM event e LEFT JOIN judged_by b ON b.n = e.seq
         LEFT JOIN judge j ON j.n = b.judge LEFT JOIN held_item h ON h.n = e.seq WHERE h.hidden IS NOT 1 AND h.ruling IS NULL
         AND e.kind IN (${moderation.holds.kinds.map((kind) => `'${kind}'`).join(', ')})`,
    );
    for (const { n, id, judge } of shown.all()) {
      const item = moderation.holds.item(n);
      if (!item || log.store.isRedacted(id) || this.#judged.has(item.text)) continue;
      if (judge && expected.mayCover(judge, item.text)) continue;
      this.#init.complain(`${this.name} shows an event that was not judged: ${toHex(id).slice(0, 12)} [J11]`);
    }
  }

  /** Compares the disk with everything that was acknowledged. */
  #account({ log, ledger }: Community): void {
    const found = idsOf(log);
    this.#init.expected.ruled(ledger.chain.store.aboutPeople());
    for (const id of this.#lacking(found)) {
      this.#init.complain(`${this.name} lost event ${id.slice(0, 12)} that it had committed`);
    }
    for (const id of found) {
      this.held.add(id);
      this.#init.expected.committed(log.store.event(fromHex(id))!.event);
    }
    this.#init.trace(`${this.name} begins with ${found.length} events`);
  }

  #lacking(found: readonly string[]): string[] {
    const { expected } = this.#init;
    const here = new Set(found);
    return [...this.held].filter((id) => !here.has(id) && !expected.mayBeRevoked(expected.events.get(id)!));
  }

  /** Events that this node committed, must not have lost, and lacks. */
  missing(): string[] {
    return this.#community ? this.#lacking(idsOf(this.#community.log)) : [];
  }

  /** The machine stops suddenly. */
  crash(tear: Tear): void {
    this.#die(() => {
      if (this.#init.planted.forgetfulDisk) return this.disk.tear({ ...tear, how: 'power' });
      this.disk.tear(tear);
      if (tear.how === 'power') this.held.clear();
    });
  }

  backup(): void {
    if (!this.#community) return;
    this.disk.backup();
    this.#backup = new Set(idsOf(this.#community.log));
  }

  /** Stops the node and replaces its disk by the backup. */
  restore(): void {
    const backup = this.#backup;
    if (!backup) return;
    this.#die(() => {
      this.disk.restore();
      this.held.clear();
      for (const id of backup) this.held.add(id);
    });
  }

  #die(leave: () => void): void {
    const community = this.#community;
    if (!community) return;
    this.#community = null;
    leave();
    this.#init.network.crash(this.name);
    const { offsetMs } = this.#clock;
    this.#clock.stop();
    this.#clock = new MachineClock(this.#init.time);
    this.#clock.offsetMs = offsetMs;
    this.#life++;
    this.#dying = (async () => {
      await community.stop();
      await settled();
      this.disk.bury();
    })();
  }

  /** Ends the node permanently. */
  async end(): Promise<void> {
    await this.#dying;
    const community = this.#community;
    this.#community = null;
    this.#init.network.crash(this.name);
    this.#clock.stop();
    if (community) {
      await community.stop();
      await settled();
    }
    this.disk.close();
    await this.#voteJournal.close();
  }

  #logger(): Logger {
    const complain = (event: string, facts: object = {}) =>
      this.#init.complain(`${this.name} logged ${event} ${JSON.stringify(facts)}`);
    return { ...silentLogger, error: complain };
  }
}

/** The seed of a node's voting key: the devices of one person vote with different keys. */
export function votingSeed(name: string, person: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(name), person));
}

/** The ids of all events of a log, as hex. */
export function idsOf(log: Community['log']): string[] {
  return (['authority', 'content'] as const).flatMap((stratum) =>
    [...log.store.items(stratum)].map(({ id }) => toHex(id)),
  );
}
