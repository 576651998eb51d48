import { defaultSettings, type Settings } from '../../contract/settings.ts';
import { makeGenesis } from '../community/index.ts';
import type { Recorder, RecordingFolder, Sfu } from '../calls/index.ts';
import type { Random } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import { soleLedger } from '../ledger/index.ts';
import type { ImageClassifiers, Classifiers } from '../moderation/index.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { memoryBls, memoryBlsSigner } from '../platform/memory/bls.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { releaseWithout } from '../sim/releases.ts';
import { memoryVoteJournal } from '../sim/vote-journals.ts';
import {
  foundCommunity,
  migrations,
  openCommunity,
  type Community,
  type CommunityPorts,
} from './community.ts';

export type TestNode = Awaited<ReturnType<TestCommunity['person']>>;

/**
 * Whole communities in one process: virtual time, a memory network, databases in memory. The first person
 * founds.
 */
export class TestCommunity {
  readonly clock = new VirtualClock(Date.UTC(2030, 0, 1));
  readonly network = createMemoryNetwork({ clock: this.clock });
  readonly notices = new Map<string, string>();
  readonly #founder = signerOf(sha256(Buffer.from('mara')));
  /** The founder's node, as it was first opened. */
  #first: Community | null = null;
  readonly #genesis = makeGenesis({
    name: 'Harbour',
    description: '',
    founder: this.#founder.publicKey,
    handle: 'mara',
    createdAt: this.clock.now() - 1000,
    nonce: new Uint8Array(16),
    ledger: soleLedger({
      key: this.#founder.publicKey,
      peer: 'mara',
      bls: memoryBlsSigner(this.#founder.publicKey).publicKey,
      pop: memoryBlsSigner(this.#founder.publicKey).provePossession(),
    }),
  });

  /** Opens somebody's node, on an existing database if one is given; it runs, and is linked to nobody yet. */
  async person(
    name: string,
    {
      classifiers = memoryClassifiers(),
      db = this.database(),
      lacks = [],
      sfu,
      settings = {},
      recorder,
    }: {
      classifiers?: Classifiers & ImageClassifiers;
      db?: Database;
      /** Kinds of events that its release does not know. */
      lacks?: readonly string[];
      /** Forwards the media of calls; without it, no call can be hosted. */
      sfu?: Sfu;
      /** Settings that differ from the defaults. */
      settings?: Partial<Settings>;
      /** Records calls; without it, none can be recorded. */
      recorder?: Recorder & { readonly folder: RecordingFolder };
    } = {},
  ) {
    const signer = signerOf(sha256(Buffer.from(name)));
    const transport = this.network.transport(name);
    await transport.start();
    const ports: CommunityPorts = {
      db,
      transport,
      network: this.network.view(name, (peer) => signerOf(sha256(Buffer.from(peer)))),
      platform: 'linux',
      setNetwork: async () => {},
      clock: this.clock,
      random: countingRandom(),
      verifier: immediateVerifier,
      signer,
      bls: memoryBls,
      validator: { bls: memoryBlsSigner(signer.publicKey), peer: name },
      voteJournal: memoryVoteJournal(),
      alone: false,
      notices: {
        put: ({ id, message }) => this.notices.set(`${name} ${id}`, message),
        remove: (id) => this.notices.delete(`${name} ${id}`),
      },
      chunks: memoryChunks(),
      classifiers,
      ...(sfu ? { sfu } : {}),
      ...(recorder ? { recorder, recordings: recorder.folder } : {}),
      logger: silentLogger,
      settings: () => ({ ...defaultSettings, node: { name }, ...settings }),
    };
    const community = await openCommunity(ports, this.#genesis, releaseWithout(lacks));
    this.#first ??= community;
    await handBlocks(this.#first, community);
    community.start();
    return { ...community, name, signer, transport };
  }

  /** A database that knows the community and has none of its events. */
  database(path = ':memory:'): Database {
    const db = openDatabase(path, migrations);
    foundCommunity(db, this.#genesis, ticksOf(this.#genesis.createdAt));
    return db;
  }

  /** Admits somebody through the founder's node, and waits for the block. */
  async admit(mara: TestNode, name: string, role: Role = 'member'): Promise<void> {
    const key = signerOf(sha256(Buffer.from(name))).publicKey;
    const admitted = mara.members.admit({ key, handle: name, role });
    await this.clock.pass(2000);
    await admitted;
  }

  async link(one: Community, other: TestNode): Promise<void> {
    const dialled = one.federation.dial(`/memory/${other.name}`);
    await this.clock.pass(3000);
    await dialled;
  }

  /** Copies everything that one node holds to another, as catch-up does: the newest first. */
  async copy(from: Community, to: Community): Promise<void> {
    const events = [...from.log.store.batches(1000, 'content')].flat().map(({ event }) => event);
    await to.log.admit(events.toReversed(), 'history');
  }
}

/** Copies the final blocks that a node lacks, as catch-up does. */
export async function handBlocks(from: Community, to: Community): Promise<void> {
  for (let height = to.ledger.chain.base.height + 1; ; height = to.ledger.chain.base.height + 1) {
    const run = await from.ledger.chain.run(height);
    if (run === null) return;
    await to.ledger.chain.finalise(run);
  }
}

function countingRandom(): Random {
  let turn = 0;
  return { bytes: (length) => sha256(Buffer.from(`${turn++}`)).subarray(0, length) };
}
