import { isDeepStrictEqual } from 'node:util';
import type { CommunityCard, CommunityStatus } from '../../../contract/index.ts';
import type { Lease } from '../../api/index.ts';
import { problemOf, type Problem, type ProblemFields } from '../../kernel/errors.ts';
import { digestOf } from '../../kernel/cid.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { CommunityDirectory } from '../data-directory.ts';
import { blankCard, readCard, writeCard, type Card } from './card-file.ts';
import type { Kept } from './keeping.ts';
import type { OpenCommunity } from './open.ts';
import type { OwnChange } from './own-settings.ts';

export interface HostedInit {
  readonly id: string;
  readonly directory: CommunityDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly open: (directory: CommunityDirectory, archived: boolean) => Promise<OpenCommunity>;
  /** Whether a connected peer needs it. */
  readonly isNeededByPeers: (id: string) => boolean;
  /** The entry of the community in the node's list changed. */
  readonly changed: () => void;
}

/** How long peers count a community as needed here after the last call, in milliseconds [FC5]. */
const USED_MS = 60_000;

/** One community of a node: its folder, and its services while it is open. */
export class HostedCommunity {
  readonly id: string;
  /** Digest of its genesis document: the id in bytes. */
  readonly digest: Uint8Array;
  readonly directory: CommunityDirectory;
  readonly #init: HostedInit;
  #card: Card;
  #opening: Promise<OpenCommunity> | null = null;
  #closing: Promise<void> | null = null;
  #running: OpenCommunity | null = null;
  #fault: ProblemFields | null = null;
  /** The status and the duties of an open community, as they were last computed. */
  #seen: { readonly status: CommunityStatus; readonly duties: number } | null = null;
  #openedAt = 0;
  #closed = new AbortController();
  /** Why it does not open any more. */
  #ended: Problem | null = null;
  #lastChange: Promise<unknown> = Promise.resolve();
  #users = 0;

  private constructor(init: HostedInit, card: Card) {
    this.#init = init;
    this.id = init.id;
    this.digest = digestOf(init.id);
    this.directory = init.directory;
    this.#card = card;
  }

  static async read(init: HostedInit): Promise<HostedCommunity> {
    return new HostedCommunity(init, (await readCard(init.directory.card)) ?? blankCard(init.id));
  }

  /** Null while it is closed. */
  get running(): OpenCommunity | null {
    return this.#running;
  }

  get isArchived(): boolean {
    return this.#card.archived;
  }

  /** Whether this person left it; only an invite brings them back. */
  get hasLeft(): boolean {
    return this.#card.left;
  }

  /** The number of the person who takes part in it. */
  get person(): number {
    return this.#card.person;
  }

  /** [FC5] Whether somebody uses it here, or this node signs its blocks: peers then keep it open as well. */
  get isNeededHere(): boolean {
    return this.#users > 0 || (this.#card.validates && !this.#card.archived) || this.#isFresh();
  }

  /** Peers are not told at every pause between two calls. */
  #isFresh(): boolean {
    return !this.#card.archived && this.#init.clock.now() - this.#card.usedAt < USED_MS;
  }

  /** [CM8] When the earliest timer is due, if this node validates, in milliseconds since the Unix epoch. */
  #nextDue(): number | null {
    if (!this.#running) return this.#card.dueAt;
    const { ledger } = this.#running.community;
    return ledger.status().validating ? ledger.chain.nextDue : null;
  }

  #isDue(): boolean {
    const dueAt = this.#nextDue();
    return dueAt !== null && dueAt <= this.#init.clock.now() && !this.#card.archived;
  }

  /** The facts by which it stays open or closes. */
  kept(): Kept {
    const { archived, usedAt } = this.#card;
    return {
      id: this.id,
      isOpen: this.#opening !== null,
      isNeeded:
        this.#users > 0 ||
        this.#isDue() ||
        (!archived && (this.#card.validates || this.#init.isNeededByPeers(this.id))),
      mayOpen: !archived && this.#fault === null,
      usedAt,
      openedAt: this.#openedAt,
    };
  }

  card(): CommunityCard {
    const { name, handle, role, unread, duties, joinedAt } = this.#running ? this.#current() : this.#card;
    return {
      id: this.id,
      name,
      state: this.#state(),
      left: this.#card.left,
      problem: this.#fault,
      handle,
      role,
      unread,
      duties,
      peers: this.#running?.community.transport.peers().length ?? 0,
      joinedAt,
    };
  }

  /** Opens it if it is closed, and keeps it open until the lease is released. Rejects with a Problem. */
  async use(): Promise<Lease> {
    this.#users++;
    if (this.#users === 1) this.#init.changed();
    try {
      const opened = await this.open();
      let released = false;
      return {
        within: {
          services: opened.community,
          changed: opened.status.changed,
          repairing: opened.repairing,
        },
        closed: this.#closed.signal,
        release: () => {
          if (released) return;
          released = true;
          this.#users--;
          this.#card = { ...this.#card, usedAt: this.#init.clock.now() };
        },
      };
    } catch (error) {
      this.#users--;
      throw error;
    }
  }

  /** Opens it if it is closed. Rejects with a Problem; a later call tries again. */
  async open(): Promise<OpenCommunity> {
    await this.#closing;
    if (this.#ended !== null) throw this.#ended;
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<OpenCommunity> {
    const { logger, changed, clock } = this.#init;
    try {
      const opened = await this.#init.open(this.directory, this.#card.archived);
      this.#openedAt = clock.now();
      this.#running = opened;
      this.#fault = null;
      opened.status.watch((status) => {
        this.#seen = { status, duties: opened.status.duties() };
        changed();
      });
      await this.#keepCard();
      changed();
      return opened;
    } catch (error) {
      this.#opening = null;
      const fault = problemOf(error);
      logger.error('community-not-opened', { community: this.id, code: fault.code, reason: fault.message });
      this.#fault = fault;
      changed();
      throw error;
    }
  }

  /**
   * Changes facts of its entry that the database does not have, and closes it: it opens again by them. Rejects if they
   * cannot be written; then nothing changed.
   */
  async change(facts: Partial<Pick<Card, 'archived' | 'left'>>): Promise<void> {
    const { archived, left } = this.#card;
    // First, so that a call which opens it meanwhile finds the new facts.
    this.#card = { ...this.#card, ...facts };
    await this.close();
    try {
      await writeCard(this.directory.card, this.#card);
    } catch (error) {
      this.#card = { ...this.#card, archived, left };
      throw error;
    } finally {
      this.#init.changed();
    }
  }

  /**
   * [CM9] Changes settings of its own, one change after another; they are in force once this resolves. Rejects with a
   * Problem `settings-invalid`.
   */
  changeSettings(change: OwnChange): Promise<void> {
    const done = this.#lastChange.then(async () => {
      const { settings, quota } = await this.open();
      const before = settings.settings.features;
      const { features } = await settings.patch(change);
      quota.measure();
      if (isDeepStrictEqual(before, features)) return;
      // A feature runs or does not run from the next opening on.
      await this.close();
      await this.open();
    });
    this.#lastChange = done.catch(() => undefined);
    return done;
  }

  /** Closes it even while calls use it. Never rejects. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close().finally(() => {
      this.#closing = null;
    }));
  }

  /** Closes it for good: calls that would open it get this problem. Never rejects. */
  end(why: Problem): Promise<void> {
    this.#ended = why;
    return this.close();
  }

  async #close(): Promise<void> {
    const opening = this.#opening;
    if (!opening) return;
    const opened = await opening.catch(() => null);
    if (opened) {
      await this.#keepCard();
      this.#running = null;
      this.#seen = null;
      await opened.stop();
      // Only now: subscriptions hear how jobs ended that the stop cancelled.
      this.#closed.abort();
      this.#closed = new AbortController();
    }
    this.#opening = null;
    this.#init.changed();
  }

  async #keepCard(): Promise<void> {
    const ledger = this.#running?.community.ledger.status();
    const dueAt = ledger ? this.#nextDue() : this.#card.dueAt;
    // A node that validates alone has nobody to serve while it has no peer and no member uses it.
    const validates = ledger ? ledger.validating && ledger.validators > 1 : this.#card.validates;
    const { person, joinedAt } = this.#running ?? this.#card;
    this.#card = { ...this.#current(), validates, dueAt, person, joinedAt };
    await writeCard(this.directory.card, this.#card).catch((error: unknown) => {
      this.#init.logger.warn('card-not-written', { community: this.id, reason: problemOf(error).message });
    });
  }

  #current(): Card {
    if (!this.#seen) return this.#card;
    const { status, duties } = this.#seen;
    const { name, me, counts } = status;
    return {
      ...this.#card,
      name,
      handle: me.handle,
      role: me.role,
      unread: counts.unread,
      duties,
    };
  }

  #state(): CommunityCard['state'] {
    if (this.#card.archived) return 'archived';
    if (this.#running) return 'open';
    if (this.#fault) return 'broken';
    return 'asleep';
  }
}
