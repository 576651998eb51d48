import type { Notice, Settings } from '../../contract/index.ts';
import { createBoards, boardMigrations, BoardsProjection } from '../boards/index.ts';
import { ChatProjection, chatMigrations, createChat } from '../chat/index.ts';
import { CommunityProfile, communityUpdate, openGenesis, type Genesis } from '../community/index.ts';
import { createFederation, federationMigrations } from '../federation/index.ts';
import { createFiles, filesMigrations, type ChunkDisk } from '../files/index.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import type { Database, Migration } from '../kernel/database.ts';
import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Logger } from '../kernel/logger.ts';
import type { BulkSigner, Verifier } from '../kernel/signer.ts';
import { ledgerMigrations } from '../ledger/index.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import type { NetworkProbe, Transport } from '../log/transport.ts';
import { Chronicle, createMembers, Roster } from '../members/index.ts';
import type { OpenBallotBox } from './ballot-box.ts';
import { openLedger } from './ledger.ts';

/** The shape of a community's database: every room's tables, in order of their numbers. */
export const migrations: readonly Migration[] = [
  ...logMigrations,
  ...boardMigrations,
  ...chatMigrations,
  ...filesMigrations,
  ...federationMigrations,
  ...ledgerMigrations,
];

/** The world that a community runs in: real in a node, virtual in the simulation. */
export interface CommunityPorts {
  readonly db: Database;
  readonly transport: Transport;
  readonly probe: NetworkProbe;
  readonly clock: Clock;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly signer: BulkSigner;
  readonly bls: Bls;
  /** With which this node signs blocks, when it is a validator, and its libp2p peer id. */
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  /** [K10] Where its votes are written down; null for what only reads and orders nothing. */
  readonly ballotBox: OpenBallotBox | null;
  readonly notices: {
    put(notice: Omit<Notice, 'since'>): void;
    remove(id: string): void;
  };
  /** Whether this node is cut off from all others for as long as it runs. */
  readonly alone: boolean;
  readonly chunks: ChunkDisk;
  readonly logger: Logger;
  readonly settings: () => Settings;
}

export type Community = Awaited<ReturnType<typeof openCommunity>>;

const GENESIS = 'community.genesis';
const JOINED = 'community.joined';

/** Writes down which community a database belongs to; done once, before it is opened. */
export function foundCommunity(db: Database, genesis: Genesis, joinedTicks: number): void {
  const store = new LogStore(db);
  db.transaction(() => {
    store.setMeta(GENESIS, genesis.bytes);
    store.setMeta(JOINED, joinedTicks);
  });
}

/** The genesis of a database, or null while it has none. */
export function genesisOf(db: Database): Genesis | null {
  const bytes = new LogStore(db).meta<Uint8Array>(GENESIS);
  return bytes ? openGenesis(bytes) : null;
}

/**
 * Puts one community together: ledger, log, projections, services. Nothing runs before `start`.
 */
export async function openCommunity(ports: CommunityPorts, genesis: Genesis) {
  const { db, clock, signer, transport } = ports;
  const store = new LogStore(db);
  const genesisTime = ticksOf(genesis.createdAt);
  const since = store.meta<number>(JOINED) ?? genesisTime;
  const ledger = openLedger(ports, genesis);
  const roster = new Roster({ key: genesis.founder, handle: genesis.handle, time: genesisTime });
  const profile = new CommunityProfile(genesis);
  const isMe = (key: Uint8Array) => Buffer.compare(key, signer.publicKey) === 0;
  for (const batch of store.batches(1000, 'authority')) {
    for (const { event } of batch) {
      if (profile.kinds.some(({ name }) => name === event.kind)) profile.apply(event);
    }
  }
  const log = new Log({
    db,
    store,
    clock,
    verifier: ports.verifier,
    community: genesis.id,
    genesisTime,
    projections: [profile, new BoardsProjection(db, { isMe, since }, store), new ChatProjection(db)],
    authority: roster,
  });
  const chronicle = new Chronicle({ chain: ledger.chain, roster, told: log.rightsMark });
  log.observe(ticksOf(ledger.chain.base.time));
  log.rightsChanged(chronicle.missed.rights, chronicle.missed.height);
  chronicle.onChange((rights, height) => log.rightsChanged(rights, height));
  ledger.chain.onFinal(({ header }) => log.observe(ticksOf(header.time)));
  ledger.ordering?.onChange(() => chronicle.look());

  const members = createMembers({
    roster,
    chronicle,
    log,
    ledger,
    db,
    signer,
    clock,
    presence: () => chat.presence,
  });
  const nodeName = () => ports.settings().node.name;
  const shared = { ...ports, log, authority: roster, nodeName };
  const chat = createChat({ ...shared, person: members.person });
  const federation = createFederation({
    ...shared,
    genesis: genesis.bytes,
    communityName: () => profile.current().name,
    settings: () => ports.settings().network,
    handleOf: (key) => roster.member(key)?.handle ?? null,
    admit: ({ publicKey, ...newcomer }) => members.admit({ key: publicKey, ...newcomer }),
  });
  const files = createFiles({
    ...shared,
    disk: ports.chunks,
    maxFileBytes: () => ports.settings().storage.maxFileBytes,
    fileBudgetBytes: () => ports.settings().storage.fileBudgetBytes,
  });
  const boards = createBoards({
    db,
    log,
    clock,
    signer,
    logger: ports.logger,
    since,
    around: {
      person: members.person,
      finality: (seq, id) => federation.spread.levelOf(seq, id),
      hasFile: (digest) => files.has(digest),
      me: () => ({ key: signer.publicKey, role: roster.roleAt(signer.publicKey, log.now) }),
    },
    attachment: (digest) => files.attachment(digest),
  });
  const stops: (() => void)[] = [];

  return {
    genesis,
    log,
    db,
    members,
    boards,
    chat,
    files,
    federation,
    ledger,
    transport,
    profile: () => profile.current(),
    update(changes: { name?: string | undefined; description?: string | undefined }): void {
      const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      log.append(signer, communityUpdate.name, body);
    },
    start(): void {
      stops.push(members.start(), boards.start());
      federation.start();
      chat.start();
      files.start();
      ledger.start();
    },
    async stop(): Promise<void> {
      await ledger.stop();
      await chat.stop();
      await files.stop();
      federation.stop();
      for (const stop of stops.splice(0)) stop();
    },
  };
}
