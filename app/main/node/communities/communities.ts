import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommunityCard } from '../../../contract/index.ts';
import type { Genesis } from '../../community/index.ts';
import type { OwnCommunity } from '../../federation/index.ts';
import { cidOf, isCid } from '../../kernel/cid.ts';
import { every, type Clock } from '../../kernel/clock.ts';
import { ticksOf } from '../../kernel/hybrid-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metric } from '../../kernel/metric.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { foundCommunity, migrations } from '../community.ts';
import { communityLayout, makeFolders, type CommunityDirectory } from '../data-directory.ts';
import { problem } from '../problems.ts';
import { openVoteJournal } from '../vote-journal.ts';
import { WatchedValue } from '../watched-value.ts';
import { blankCard, writeCard } from './card-file.ts';
import { decide, WARM } from './keeping.ts';
import { keepVotes, returnVotes } from './kept-votes.ts';
import { HostedCommunity } from './hosted.ts';
import type { OpenCommunity } from './open.ts';

/** Folders of communities that are being made; one that a crash left behind is removed at the next start. */
const UNFINISHED = '.new-';
const KEEP_MS = 5000;

export interface CommunitiesInit {
  /** The folder with one folder for each community. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The BLS key with which this node votes. */
  readonly votingKey: Uint8Array;
  readonly open: (directory: CommunityDirectory, archived: boolean) => Promise<OpenCommunity>;
  /** Whether a connected peer needs a community. */
  readonly isNeededByPeers: (id: string) => boolean;
  /** The communities that peers may know of, or whether one is needed, changed. */
  readonly ownChanged: () => void;
}

/** The communities of a node, open or closed. */
export class Communities {
  readonly #init: CommunitiesInit;
  readonly #hosted = new Map<string, HostedCommunity>();
  readonly #listeners = new Set<() => void>();
  readonly #cards: WatchedValue<CommunityCard[]>;
  /** The facts of each community that peers may know, as they were told last. */
  readonly #told = new Map<string, string>();
  #stopKeeping = () => {};
  #isKeeping = false;

  private constructor(init: CommunitiesInit) {
    this.#init = init;
    this.#cards = new WatchedValue(init.clock, init.logger, () => this.list());
  }

  /** Finds the communities of a folder; opens none. */
  static async find(init: CommunitiesInit): Promise<Communities> {
    const communities = new Communities(init);
    const names = await readdir(init.folder);
    const left = names.filter((name) => name.startsWith(UNFINISHED));
    for (const name of left) await rm(join(init.folder, name), { recursive: true, force: true });
    const others = names.filter((name) => !name.startsWith('.'));
    for (const name of others.filter((one) => !isCid(one))) init.logger.warn('not-a-community', { name });
    await Promise.all(others.filter(isCid).map((name) => communities.#take(name)));
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
      .map(({ digest, isNeededHere }) => ({ id: digest, isNeeded: isNeededHere }));
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
   * [CM5] Makes the folder of a community that was just founded or joined, and opens it. `person` is the number of
   * the person who takes part. Throws a Problem `already-joined`.
   */
  async add(genesis: Genesis, joinedMs: number, person = 0): Promise<HostedCommunity> {
    const { folder, votingKey } = this.#init;
    const id = cidOf(genesis.id);
    this.mustBeNew(id);
    const before = this.#hosted.get(id);
    if (before) {
      await before.change({ archived: false, left: false });
      await before.open();
      return before;
    }
    const unfinished = communityLayout(join(folder, `${UNFINISHED}${id}`));
    const path = join(folder, id);
    await rm(unfinished.path, { recursive: true, force: true });
    try {
      await makeFolders(unfinished);
      const db = openDatabase(unfinished.database, migrations);
      try {
        foundCommunity(db, genesis, ticksOf(joinedMs), person);
      } finally {
        db.close();
      }
      await this.#makeVotes(unfinished, id, votingKey);
      await writeCard(unfinished.card, { ...blankCard(id), name: genesis.name, joinedAt: joinedMs, person });
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

  /** Throws a Problem `already-joined` if this person takes part in it. */
  mustBeNew(id: string): void {
    const hosted = this.#hosted.get(id);
    if (hosted && !hosted.isArchived) throw problem('already-joined');
  }

  /**
   * [CM5] Closes a community and removes its files, except those that keep this node from voting twice. `name`
   * confirms the intent. Throws a Problem `community-unknown`, `wrong-name`.
   */
  async delete(id: string, name: string): Promise<void> {
    const hosted = this.get(id);
    if (hosted.card().name !== name) throw problem('wrong-name', { name: hosted.card().name });
    this.#hosted.delete(id);
    try {
      await this.#moveAway(hosted);
    } catch (error) {
      await this.#take(id);
      throw error;
    } finally {
      this.#changed();
    }
    await rm(this.#deleted(id), { recursive: true, force: true });
  }

  #deleted = (id: string): string => join(this.#init.folder, `${UNFINISHED}deleted-${id}`);

  /** Keeps the votes of a community and takes its name from its folder. */
  async #moveAway(hosted: HostedCommunity): Promise<void> {
    const { id } = hosted;
    await hosted.end(problem('community-unknown', { id }));
    await keepVotes(this.#init.folder, id);
    await rm(this.#deleted(id), { recursive: true, force: true });
    await rename(hosted.directory.path, this.#deleted(id));
  }

  /**
   * [CM1–CM3] Opens and closes communities as they are needed, from now on. Resolves once those that are needed now
   * run. Never rejects: one that fails is shown as broken.
   */
  async start(): Promise<void> {
    await this.#keep(true);
    this.#stopKeeping = every(this.#init.clock, KEEP_MS, () => void this.#keep(false));
  }

  /** `first`: at the start, before anything was used. */
  async #keep(first: boolean): Promise<void> {
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    try {
      await this.#openAndClose(first);
    } finally {
      this.#isKeeping = false;
    }
  }

  async #openAndClose(first: boolean): Promise<void> {
    this.#tell(this.all());
    const { open, close } = decide(
      this.all().map((hosted) => hosted.kept()),
      this.#init.clock.now(),
    );
    for (const id of close) await this.#hosted.get(id)?.close();
    for (const id of first ? open.slice(0, WARM) : open) {
      // One after another: opening many at once would hold up the calls of those that run.
      await this.#hosted
        .get(id)
        ?.open()
        .catch(() => {});
    }
  }

  /** Closes those that run and opens them again, with changed features. */
  async reopen(): Promise<void> {
    const open = this.all().filter(({ running }) => running !== null);
    for (const hosted of open) await hosted.close();
    for (const hosted of open) await hosted.open().catch(() => {});
  }

  /** Closes all of them for good. */
  async stop(): Promise<void> {
    this.#stopKeeping();
    await Promise.all(this.all().map((hosted) => hosted.end(problem('node-stopping'))));
  }

  async #take(id: string): Promise<HostedCommunity> {
    const { folder, clock, logger, open, isNeededByPeers } = this.#init;
    const directory = communityLayout(join(folder, id));
    const hosted = await HostedCommunity.read({
      id,
      directory,
      clock,
      logger,
      open,
      isNeededByPeers,
      changed: () => this.#changed([hosted]),
    });
    this.#hosted.set(id, hosted);
    this.#changed([hosted]);
    return hosted;
  }

  #changed(those: readonly HostedCommunity[] = this.all()): void {
    this.#cards.changed();
    this.#tell(those);
    for (const listener of this.#listeners) listener();
  }

  /** Tells if something changed that peers may know of these communities, or if one is gone. */
  #tell(those: readonly HostedCommunity[]): void {
    const news = those.filter((one) => this.#told.get(one.id) !== knownOf(one));
    const isOneGone = this.#told.size > this.#hosted.size;
    const gone = isOneGone ? [...this.#told.keys()].filter((id) => !this.#hosted.has(id)) : [];
    if (news.length + gone.length === 0) return;
    for (const one of news) this.#told.set(one.id, knownOf(one));
    for (const id of gone) this.#told.delete(id);
    this.#init.ownChanged();
  }

  /** The vote log of a community that is new here, or the one that was kept when it was deleted. */
  async #makeVotes(directory: CommunityDirectory, id: string, votingKey: Uint8Array): Promise<void> {
    if (await returnVotes(this.#init.folder, id, directory.path)) return;
    await (await openVoteJournal(directory, votingKey, true)).close();
  }
}

/** The facts of a community that peers may know. */
const knownOf = ({ isArchived, isNeededHere }: HostedCommunity): string => `${isArchived} ${isNeededHere}`;
