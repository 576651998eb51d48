import type { CommunityCard } from '../../../contract/index.ts';
import type { Lease } from '../../api/index.ts';
import { problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { CommunityDirectory } from '../data-directory.ts';
import { blankCard, readCard, writeCard, type Card } from './card-file.ts';
import type { OpenCommunity } from './open.ts';

export interface HostedInit {
  readonly id: string;
  readonly directory: CommunityDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly open: (directory: CommunityDirectory) => Promise<OpenCommunity>;
  /** The entry of the community in the node's list changed. */
  readonly changed: () => void;
}

/** One community of a node: its folder, and its services while it is open. */
export class HostedCommunity {
  readonly id: string;
  readonly directory: CommunityDirectory;
  readonly #init: HostedInit;
  #card: Card;
  #opening: Promise<OpenCommunity> | null = null;
  #closing: Promise<void> | null = null;
  #running: OpenCommunity | null = null;
  #fault: ProblemFields | null = null;
  #users = 0;

  private constructor(init: HostedInit, card: Card) {
    this.#init = init;
    this.id = init.id;
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

  /** Calls and subscriptions that use it now. */
  get users(): number {
    return this.#users;
  }

  /** When it was last used, in milliseconds since the Unix epoch. */
  get usedAt(): number {
    return this.#card.usedAt;
  }

  get isArchived(): boolean {
    return this.#card.archived;
  }

  /** Whether somebody uses it here, or this node signs its blocks: peers then keep it open as well. */
  get isNeeded(): boolean {
    return this.#users > 0 || this.#card.validates;
  }

  card(): CommunityCard {
    const { name, handle, role, unread, duties, joinedAt } = this.#running ? this.#current() : this.#card;
    return {
      id: this.id,
      name,
      state: this.#state(),
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
    try {
      const opened = await this.open();
      let released = false;
      return {
        within: {
          services: opened.community,
          changed: opened.status.changed,
          repairing: opened.repairing,
        },
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
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<OpenCommunity> {
    const { logger, changed, clock } = this.#init;
    try {
      const opened = await this.#init.open(this.directory);
      this.#running = opened;
      this.#fault = null;
      this.#card = { ...this.#card, usedAt: clock.now() };
      opened.status.watch(changed);
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

  /** Closes it, whoever uses it. Never rejects. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close().finally(() => {
      this.#closing = null;
    }));
  }

  async #close(): Promise<void> {
    const opening = this.#opening;
    if (!opening) return;
    const opened = await opening.catch(() => null);
    if (opened) {
      await this.#keepCard();
      this.#running = null;
      await opened.stop();
    }
    this.#opening = null;
    this.#init.changed();
  }

  async #keepCard(): Promise<void> {
    const validates = this.#running?.community.ledger.status().validating ?? this.#card.validates;
    this.#card = { ...this.#current(), validates };
    await writeCard(this.directory.card, this.#card).catch((error: unknown) => {
      this.#init.logger.warn('card-not-written', { community: this.id, reason: problemOf(error).message });
    });
  }

  #current(): Card {
    const opened = this.#running;
    if (!opened) return this.#card;
    const { name, me, counts } = opened.status.current();
    return {
      ...this.#card,
      name,
      handle: me.handle,
      role: me.role,
      unread: counts.unread,
      duties: opened.status.duties(),
    };
  }

  #state(): CommunityCard['state'] {
    if (this.#running) return 'open';
    if (this.#fault) return 'broken';
    return this.#card.archived ? 'archived' : 'asleep';
  }
}
