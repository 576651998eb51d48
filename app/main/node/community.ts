import type { Notice, Settings, SettingsPatch } from '../../contract/index.ts';
import { createBoards, boardMigrations, BoardsProjection, postItems, SearchScrub } from '../boards/index.ts';
import { ChatProjection, chatItems, chatMigrations, createChat } from '../chat/index.ts';
import { CommunityProfile, communityUpdate, openGenesis, type Genesis } from '../community/index.ts';
import { createFederation, federationMigrations, type Network } from '../federation/index.ts';
import { createFiles, filesMigrations, type ChunkDisk } from '../files/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import type { Database, Migration } from '../kernel/database.ts';
import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { problemOf } from '../kernel/errors.ts';
import { reaches } from '../kernel/roles.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Logger } from '../kernel/logger.ts';
import type { BulkSigner, Verifier } from '../kernel/signer.ts';
import { ledgerMigrations } from '../ledger/index.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import type { Transport } from '../log/transport.ts';
import { RosterSync, createMembers, Handles, memberMigrations, Roster } from '../members/index.ts';
import {
  createModeration,
  moderationMigrations,
  type ImageClassifiers,
  type Classifiers,
} from '../moderation/index.ts';
import { createReview, ReviewActs, reviewMigrations } from '../review/index.ts';
import type { OpenVoteJournal } from './vote-journal.ts';
import { openLedger } from './ledger.ts';

/** The shape of a community's database: every room's tables, in order of their numbers. */
export const migrations: readonly Migration[] = [
  ...logMigrations,
  ...boardMigrations,
  ...chatMigrations,
  ...filesMigrations,
  ...federationMigrations,
  ...ledgerMigrations,
  ...moderationMigrations,
  ...reviewMigrations,
  ...memberMigrations,
];

/** The world that a community runs in: real in a node, virtual in the simulation. */
export interface CommunityPorts {
  readonly db: Database;
  readonly transport: Transport;
  readonly network: Network;
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
  /** Changes settings of the network; resolves once the network runs with them. */
  readonly setNetwork: (patch: NonNullable<SettingsPatch['network']>) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly signer: BulkSigner;
  readonly bls: Bls;
  /** With which this node signs blocks, when it is a validator, and its libp2p peer id. */
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  /** [K10] Where its votes are written down; null for what only reads and orders nothing. */
  readonly voteJournal: OpenVoteJournal | null;
  readonly notices: {
    put(notice: Omit<Notice, 'since'>): void;
    remove(id: string): void;
  };
  /** Whether this node is cut off from all others for as long as it runs. */
  readonly alone: boolean;
  readonly chunks: ChunkDisk;
  /** Where evidence of what went wrong is written for people to look at; left out where nobody would. */
  readonly bundles?: DiagnosticsStore;
  /** By whom messages are judged. */
  readonly classifiers: Classifiers & ImageClassifiers;
  readonly logger: Logger;
  readonly settings: () => Settings;
}

/** Files that show what went wrong, each by a name of its own. */
export interface DiagnosticsStore {
  /** Where a file is or will be, for people to find. */
  pathOf(name: string): string;
  write(name: string, bytes: Uint8Array): Promise<void>;
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
  const ledger = openLedger(ports, genesis, store, () => federation.syncNow());
  const roster = new Roster({ key: genesis.founder, handle: genesis.handle, time: genesisTime });
  const profile = new CommunityProfile(genesis);
  const isMe = (key: Uint8Array) => Buffer.compare(key, signer.publicKey) === 0;
  for (const batch of store.batches(1000, 'authority')) {
    for (const { event } of batch) {
      if (profile.kinds.some(({ name }) => name === event.kind)) profile.apply(event);
    }
  }
  const reader = { isMe, since };
  const acts = new ReviewActs(db, signer.publicKey, store);
  const readFile = (digest: Uint8Array) => files.read(digest);
  const moderation = createModeration({
    ...ports,
    sources: [
      postItems(db, reader, { changed: (changes) => boards.holdsChanged(changes), readFile }),
      chatItems(db, (changes) => chat.holdsChanged(changes)),
    ],
    rulings: acts.rulings,
    me: () => signer.publicKey,
    about: (author, time) => ({
      role: roster.roleAt(author, time),
      joinedMs: roster.member(author)?.joinedAt ?? 0,
      messages: members.posts(author),
    }),
    boards: () => boards.list(),
  });
  const log = new Log({
    db,
    store,
    clock,
    verifier: ports.verifier,
    community: genesis.id,
    genesisTime,
    projections: [profile, new BoardsProjection(db, reader, store), new ChatProjection(db), acts.projection],
    authority: roster,
    admissionHook: moderation.gate,
  });
  const rosterSync = new RosterSync({ chain: ledger.chain, roster, told: log.rightsMark });
  log.observe(ticksOf(ledger.chain.base.time));
  rosterSync.onChange((rights, height) => log.rightsChanged(rights, height));
  ledger.chain.onFinal(({ header }) => log.observe(ticksOf(header.time)));
  ledger.ordering?.onChange(() => rosterSync.look());

  const members = createMembers({
    roster,
    rosterSync,
    log,
    ledger,
    db,
    signer,
    clock,
    presence: () => chat.presence,
    gate: moderation.gate,
    hides: (key, handle) => !isMe(key) && !equalBytes(key, genesis.founder) && handles.hides(handle),
    passed: (handle) => handles.passed(handle),
  });
  const handles = new Handles({
    db,
    judge: (handle) => moderation.gate.hidesHandle(handle, roster.holderOf(handle)?.key ?? genesis.founder),
    changed: members.handlesChanged,
  });
  const lookAtHandles = () => {
    handles.look(roster.members().flatMap(({ handle }) => handle ?? [])).catch((error: unknown) => {
      ports.logger.warn('handles-not-judged', { code: problemOf(error).code });
    });
  };
  const nodeName = () => ports.settings().node.name;
  const shared = { ...ports, log, authority: roster, nodeName };
  const held = (n: number) => moderation.holds.holdOf(n);
  const chat = createChat({ ...shared, person: members.person, gate: moderation.gate, held });
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
    // [J16] Moderators look at what is held.
    mayGive: async (digest) =>
      (await moderation.gate.fileCame(digest)) ||
      reaches(roster.roleAt(signer.publicKey, log.now), 'moderator'),
  });
  const boards = createBoards({
    db,
    log,
    clock,
    signer,
    logger: ports.logger,
    since,
    gate: moderation.gate,
    readFile,
    around: {
      held,
      person: members.person,
      finality: (seq, id) => federation.spread.levelOf(seq, id),
      hasFile: (digest) => files.has(digest),
      me: () => ({ key: signer.publicKey, role: roster.roleAt(signer.publicKey, log.now) }),
    },
    attachment: (digest) => files.attachment(digest),
  });
  const review = createReview({
    ...shared,
    acts,
    roster,
    holds: moderation.holds,
    person: members.person,
    hasFile: (digest) => files.has(digest),
    messagesOf: members.posts,
    forgetFile: files.forget,
    searchScrub: () => {
      const scrub = new SearchScrub(db);
      return () => scrub.step();
    },
  });
  // What a kill left undone; whoever shows something of it is there by now.
  log.rightsChanged(rosterSync.missed.rights, rosterSync.missed.height);
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
    moderation,
    review,
    transport,
    profile: () => profile.current(),
    update(changes: { name?: string | undefined; description?: string | undefined }): void {
      const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      log.append(signer, communityUpdate.name, body);
    },
    start(): void {
      stops.push(
        members.start(),
        rosterSync.onChange(lookAtHandles),
        boards.start(),
        log.onCommit(() => moderation.holds.tell()),
        log.onCommit(() => ledger.chain.anchoring?.stored()),
        ledger.chain.onFinal(({ anchored }) => anchored && boards.certified(anchored.ids)),
      );
      moderation.start();
      lookAtHandles();
      review.start();
      federation.start();
      chat.start();
      files.start();
      ledger.start();
    },
    async stop(): Promise<void> {
      // At once: nothing is settled any more on a disk that may be gone.
      moderation.stop();
      await review.stop();
      await ledger.stop();
      await chat.stop();
      await files.stop();
      federation.stop();
      for (const stop of stops.splice(0)) stop();
    },
  };
}
