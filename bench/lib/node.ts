import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSettings } from '../../app/contract/settings.ts';
import { makeGenesis, openGenesis } from '../../app/main/community/index.ts';
import { parseInvite, requestMembership } from '../../app/main/federation/index.ts';
import { endingClock, systemClock, systemRandom } from '../../app/main/kernel/clock.ts';
import { ticksOf } from '../../app/main/kernel/hybrid-time.ts';
import { silentLogger } from '../../app/main/kernel/logger.ts';
import { sha256 } from '../../app/main/kernel/sha256.ts';
import type { Signer } from '../../app/main/kernel/signer.ts';
import { KNOWN_VERSION, soleLedger, type Validator } from '../../app/main/ledger/index.ts';
import {
  foundCommunity,
  genesisOf,
  migrations,
  openCommunity,
  type Community,
  type CommunityPorts,
} from '../../app/main/node/community.ts';
import { ClassifierPool } from '../../app/main/node/classifier-pool.ts';
import { modelsFolder } from '../../app/main/node/models-folder.ts';
import { openVoteJournal } from '../../app/main/node/vote-journal.ts';
import { blsSignerOf, blst } from '../../app/main/platform/bls/blst.ts';
import { memoryClassifiers } from '../../app/main/platform/memory/classifiers.ts';
import { pooledVerifier } from '../../app/main/platform/crypto/ed25519.ts';
import { diskChunks } from '../../app/main/platform/disk/chunks.ts';
import { signerOf } from '../../app/main/platform/keys/ed25519.ts';
import { createLibp2pTransport } from '../../app/main/platform/libp2p/index.ts';
import { createMemoryNetwork } from '../../app/main/platform/memory/network.ts';
import { openDatabase, type OpenOptions } from '../../app/main/platform/sqlite/database.ts';
import { tracedPorts } from './ledger-trace.ts';

export interface BenchNodeInit {
  readonly directory: string;
  /** The name of the person; the same name has the same key. */
  readonly name: string;
  /** Real TCP on 127.0.0.1, or no network at all. */
  readonly online: boolean;
  /** Records the steps of its ledger. */
  readonly trace?: boolean;
  /** Judges with the models, in a thread, instead of at once and without them. */
  readonly models?: boolean;
  /** Whether judgements of moderators are taken over; true if left out. */
  readonly trust?: boolean;
  /** The threads that judge, at most. */
  readonly judges?: number;
  readonly durability?: NonNullable<OpenOptions['durability']>;
}

export type BenchNode = Awaited<ReturnType<typeof openBenchNode>>;

/**
 * A node's community as the composition root makes it, on a real database and a real network, with keys from
 * a name instead of a key file, so that a measurement starts at once.
 */
export async function openBenchNode(init: BenchNodeInit) {
  mkdirSync(init.directory, { recursive: true });
  const signer = signerOf(sha256(Buffer.from(`person ${init.name}`)));
  const db = openDatabase(
    join(init.directory, 'community.db'),
    migrations,
    init.durability ? { durability: init.durability } : {},
  );
  const peerSeed = sha256(Buffer.from(`peer ${init.name}`));
  const { transport, network } = init.online
    ? await createLibp2pTransport({
        privateKey: peerSeed,
        signer: signerOf(peerSeed),
        listen: ['/ip4/127.0.0.1/tcp/0'],
        agentVersion: 'impulse-bench/1',
        localDiscovery: false,
        relayServer: false,
        maxConnections: 100,
        clock: systemClock,
        random: systemRandom,
      })
    : alone(signerOf(peerSeed));
  await transport.start();
  const clock = endingClock(systemClock);
  const classifiers = init.models
    ? new ClassifierPool({ clock: systemClock, folder: modelsFolder(), workers: init.judges ?? 1 })
    : memoryClassifiers();
  const bls = blsSignerOf(signer.publicKey);
  const files = { votes: join(init.directory, 'votes.log'), signState: join(init.directory, 'votes.mark') };
  const box = await openVoteJournal(files, bls.publicKey, !existsSync(files.signState));
  const notices = new Map<string, string>();
  const untraced: CommunityPorts & { voteJournal: typeof box } = {
    db,
    transport,
    network,
    platform: process.platform,
    setNetwork: async () => {},
    clock,
    random: systemRandom,
    verifier: pooledVerifier,
    signer,
    bls: blst,
    validator: { bls, peer: transport.self },
    voteJournal: box,
    alone: false,
    notices: {
      put: ({ id, message }) => void notices.set(id, message),
      remove: (id) => void notices.delete(id),
    },
    chunks: diskChunks(join(init.directory, 'files')),
    classifiers,
    logger: silentLogger,
    settings: () => ({
      ...defaultSettings,
      node: { name: init.name },
      judgements: { trustModerators: init.trust ?? true },
    }),
  };
  const ports = init.trace ? tracedPorts(untraced, box) : untraced;
  let community: Community | null = null;
  return {
    db,
    signer,
    transport,
    validator: validatorOf(signer, transport.self),
    /** The messages that the sysop would read. */
    notices: () => [...notices.values()],
    /** Makes a community with one board, or opens the one in the database. */
    async found(): Promise<Community> {
      const known = genesisOf(db);
      const createdAt = systemClock.now();
      const genesis =
        known ??
        makeGenesis({
          name: 'Bench',
          description: '',
          handle: init.name,
          createdAt,
          founder: signer.publicKey,
          nonce: systemRandom.bytes(16),
          ledger: soleLedger(validatorOf(signer, transport.self)),
        });
      if (!known) foundCommunity(db, genesis, ticksOf(createdAt));
      community = await openCommunity(ports, genesis);
      if (!known)
        community.boards.create({ slug: 'bench', name: 'Bench', description: '', postRole: 'member' });
      return community;
    },
    /** Joins by an invite's link; the community is not started yet. */
    async join(link: string): Promise<Community> {
      const membership = await requestMembership({
        transport,
        clock: systemClock,
        signer,
        invite: parseInvite(link),
        handle: init.name,
        nodeName: init.name,
        protocol: KNOWN_VERSION,
      });
      const genesis = openGenesis(membership.genesis);
      foundCommunity(db, genesis, ticksOf(systemClock.now()));
      community = await openCommunity(ports, genesis);
      return community;
    },
    async stop(): Promise<void> {
      await community?.stop();
      clock.end();
      await classifiers.close();
      await transport.stop();
      await box.close();
      db.close();
    },
  };
}

function validatorOf({ publicKey }: Signer, peer: string): Validator {
  const bls = blsSignerOf(publicKey);
  return { key: publicKey, peer, bls: bls.publicKey, pop: bls.provePossession() };
}

function alone(signer: Signer) {
  const network = createMemoryNetwork({ clock: systemClock });
  return { transport: network.transport('alone'), network: network.view('alone', () => signer) };
}
