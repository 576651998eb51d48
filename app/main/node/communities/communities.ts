import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommunityCard } from '../../../contract/index.ts';
import type { Genesis } from '../../community/index.ts';
import type { OwnCommunity } from '../../federation/index.ts';
import { cidOf, digestOf } from '../../kernel/cid.ts';
import type { Clock } from '../../kernel/clock.ts';
import { ticksOf } from '../../kernel/hybrid-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metric } from '../../kernel/metric.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { foundCommunity, migrations } from '../community.ts';
import { communityLayout, type CommunityDirectory } from '../data-directory.ts';
import { problem } from '../problems.ts';
import { openVoteJournal } from '../vote-journal.ts';
import { WatchedValue } from '../watched-value.ts';
import { blankCard, writeCard } from './card-file.ts';
import { HostedCommunity } from './hosted.ts';
import type { OpenCommunity } from './open.ts';

/** Folders of communities that are being made; one that a crash left behind is removed at the next start. */
const UNFINISHED = '.new-';

export interface CommunitiesInit {
  /** The folder with one folder for each community. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The BLS key with which this node votes. */
  readonly votingKey: Uint8Array;
  readonly open: (directory: CommunityDirectory) => Promise<OpenCommunity>;
}

/** The communities of a node, open or closed. */
export class Communities {
  readonly #init: CommunitiesInit;
  readonly #hosted = new Map<string, HostedCommunity>();
  readonly #listeners = new Set<() => void>();
  readonly #cards: WatchedValue<CommunityCard[]>;

  private constructor(init: CommunitiesInit) {
    this.#init = init;
    this.#cards = new WatchedValue(init.clock, init.logger, () => this.list());
  }

  /** Finds the communities of a folder; opens none. */
  static async find(init: CommunitiesInit): Promise<Communities> {
    const communities = new Communities(init);
    for (const name of await readdir(init.folder)) {
      if (name.startsWith(UNFINISHED)) await rm(join(init.folder, name), { recursive: true, force: true });
      else if (!name.startsWith('.')) await communities.#take(name);
    }
    return communities;
  }

  get size(): number {
    return this.#hosted.size;
  }

  all(): readonly HostedCommunity[] {
    return [...this.#hosted.values()];
  }

  /** Those that run. */
  running(): readonly OpenCommunity[] {
    return this.all().flatMap(({ running }) => running ?? []);
  }

  /** Throws a Problem `community-unknown`, or `community-unnamed` without an id. */
  get(id: string | undefined): HostedCommunity {
    if (id === undefined) throw problem('community-unnamed');
    const found = this.#hosted.get(id);
    if (!found) throw problem('community-unknown', { id });
    return found;
  }

  has(id: string): boolean {
    return this.#hosted.has(id);
  }

  /** The entries of all communities, by name. */
  list(): CommunityCard[] {
    return this.all()
      .map((hosted) => hosted.card())
      .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  watch = (listener: (cards: CommunityCard[]) => void): (() => void) => this.#cards.watch(listener);

  /** Those that peers may know of, for the comparison with a peer. */
  own(): OwnCommunity[] {
    return this.all()
      .filter(({ isArchived }) => !isArchived)
      .map(({ id, isNeeded }) => ({ id: digestOf(id), isNeeded }));
  }

  counts(): { communities: number; unread: number; duties: number } {
    const cards = this.all().map((hosted) => hosted.card());
    const sum = (of: (card: CommunityCard) => number) => cards.reduce((total, card) => total + of(card), 0);
    return {
      communities: cards.length,
      unread: sum(({ unread }) => unread),
      duties: sum(({ duties }) => duties),
    };
  }

  databaseBytes(): number {
    return this.running().reduce((total, { community }) => total + community.db.sizeBytes(), 0);
  }

  metrics(): readonly Metric[] {
    return this.running().flatMap(({ status }) => status.metrics());
  }

  /** Calls back when the list may have changed; returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes the folder of a community that was just founded or joined, and opens it. A crash before the folder is
   * complete leaves nothing behind. Throws a Problem `already-joined`.
   */
  async add(genesis: Genesis, joinedMs: number): Promise<HostedCommunity> {
    const { folder, votingKey } = this.#init;
    const id = cidOf(genesis.id);
    if (this.#hosted.has(id)) throw problem('already-joined');
    const unfinished = communityLayout(join(folder, `${UNFINISHED}${id}`));
    const path = join(folder, id);
    await rm(unfinished.path, { recursive: true, force: true });
    try {
      await makeFolders(unfinished);
      const db = openDatabase(unfinished.database, migrations);
      try {
        foundCommunity(db, genesis, ticksOf(joinedMs));
      } finally {
        db.close();
      }
      await (await openVoteJournal(unfinished, votingKey, true)).close();
      await writeCard(unfinished.card, { ...blankCard(id), name: genesis.name, joinedAt: joinedMs });
      await rename(unfinished.path, path);
    } catch (error) {
      await rm(unfinished.path, { recursive: true, force: true });
      throw error;
    }
    const hosted = await this.#take(id);
    try {
      await hosted.open();
    } catch (error) {
      this.#hosted.delete(id);
      await rm(path, { recursive: true, force: true });
      throw error;
    }
    return hosted;
  }

  /** Opens the communities that run with the node. Never rejects: one that fails is shown as broken. */
  async start(): Promise<void> {
    await Promise.all(this.all().map((hosted) => hosted.open().catch(() => {})));
  }

  /** Closes all of them. */
  async stop(): Promise<void> {
    await Promise.all(this.all().map((hosted) => hosted.close()));
  }

  async #take(id: string): Promise<HostedCommunity> {
    const { folder, clock, logger, open } = this.#init;
    const directory = communityLayout(join(folder, id));
    await makeFolders(directory);
    const hosted = await HostedCommunity.read({
      id,
      directory,
      clock,
      logger,
      open,
      changed: () => this.#changed(),
    });
    this.#hosted.set(id, hosted);
    this.#changed();
    return hosted;
  }

  #changed(): void {
    this.#cards.changed();
    for (const listener of this.#listeners) listener();
  }
}

async function makeFolders({ path, files, backups }: CommunityDirectory): Promise<void> {
  for (const folder of [path, files, backups]) await mkdir(folder, { recursive: true, mode: 0o700 });
}
