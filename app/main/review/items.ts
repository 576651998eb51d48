import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { Role } from '../kernel/roles.ts';
import { bodyOf } from '../log/event.ts';
import type { Holds, ItemSource } from '../moderation/index.ts';
import { ItemReader, type ItemContent } from './content.ts';
import type { Follows } from './follows.ts';
import type { ActName, Ruling } from './kinds.ts';
import { verdictOf } from './judged.ts';
import type { Act, ItemReview } from './standing.ts';
import type { ReviewStore } from './store.ts';

/** Facts about items that other rooms know. */
export interface ItemSurroundings {
  person(key: Uint8Array): contract.Person;
  hasFile(digest: Uint8Array): boolean;
  readonly me: Uint8Array;
  readonly sources: readonly ItemSource[];
  now(): number;
}

interface ActBody {
  readonly ruling?: Ruling;
  readonly labels?: contract.ModerationLabel[];
  readonly note?: string;
  readonly text?: string;
  readonly reason?: string;
  readonly to?: Role;
}

/** Acts in the contract; an answer to a purge is part of its receipt instead. */
export type ShownAct = Exclude<ActName, 'purged'>;

/** Converts items and acts to the types of the contract. */
export class Items {
  readonly reader: ItemReader;
  readonly #db: Database;
  readonly #store: ReviewStore;
  readonly #holds: Holds;
  readonly #follows: Follows;
  readonly #around: ItemSurroundings;

  constructor(db: Database, store: ReviewStore, holds: Holds, follows: Follows, around: ItemSurroundings) {
    this.reader = new ItemReader(db, around.sources);
    this.#db = db;
    this.#store = store;
    this.#holds = holds;
    this.#follows = follows;
    this.#around = around;
  }

  /** The item in a row of the log; null if there is none, or none that can be shown. */
  byRow(n: number): contract.ReviewItem | null {
    const content = this.reader.byRow(n);
    return content && this.itemOf(content);
  }

  itemOf(content: ItemContent): contract.ReviewItem {
    const standing = this.#store.standing(content.id);
    const hold = this.#holds.of(content.n);
    const kept = this.#holds.judgements.of(content.n);
    const pictures = new Map(kept?.detail?.pictures);
    const purged = content.text === null;
    const { person, hasFile } = this.#around;
    return {
      id: cidOf(content.id),
      kind: hold?.kind ?? content.kind,
      board: content.board && cidOf(content.board.id),
      boardName: content.board?.name ?? null,
      thread: content.thread && cidOf(content.thread),
      subject: content.subject,
      author: person(content.author),
      sourceName: content.sourceName ?? null,
      at: content.atMs,
      since: hold?.since || (standing.raisedAt === null ? content.atMs : msOf(standing.raisedAt)),
      text: content.text,
      format: content.format,
      media: content.attachments.map(({ cid, name, type, size }) => ({
        cid: cidOf(cid),
        name,
        type,
        sizeBytes: size,
        here: hasFile(cid),
        nsfw: pictures.get(cidOf(cid)) ?? null,
      })),
      held: hold?.hidden && hold.state !== 'shown' ? hold.state : null,
      verdict: kept && !purged ? verdictOf(kept) : null,
      ...this.#itemReviewOf(standing),
    };
  }

  #itemReviewOf(
    standing: ItemReview,
  ): Pick<contract.ReviewItem, 'claim' | 'escalated' | 'appeal' | 'reports' | 'ruling' | 'override'> {
    const { person, me, now } = this.#around;
    const { claim, escalated, appeal, ruling } = standing;
    return {
      claim:
        claim && claim.untilMs > now()
          ? { by: person(claim.by), until: claim.untilMs, mine: equalBytes(claim.by, me) }
          : null,
      escalated: escalated && {
        by: person(escalated.author),
        to: this.#bodyOf(escalated.id).to ?? 'sysop',
        note: this.#bodyOf(escalated.id).note ?? '',
        at: msOf(escalated.time),
      },
      appeal: appeal && { text: this.#bodyOf(appeal.id).text ?? '', at: msOf(appeal.time) },
      reports: standing.reports.map(({ id, author, time }) => ({
        by: person(author),
        note: this.#bodyOf(id).note ?? '',
        at: msOf(time),
      })),
      ruling: ruling && {
        ruling: ruling.ruling,
        by: person(ruling.by),
        at: msOf(ruling.time),
        act: cidOf(ruling.id),
      },
      override: standing.override?.show ?? null,
    };
  }

  /** Every act on an item, the oldest first. */
  actsOn(item: Uint8Array): contract.ReviewAct[] {
    const { undone } = this.#store.standing(item);
    return this.#store
      .acts(item)
      .toSorted((a, b) => a.time - b.time)
      .flatMap((act) => this.shown(act, item, undone.has(toHex(act.id))));
  }

  /** An act as the contract has it; null for answers to a purge. */
  shown({ id, author, time, act }: Act, item: Uint8Array, undone: boolean): contract.ReviewAct[] {
    if (act === 'purged') return [];
    const body = this.#bodyOf(id);
    return [
      {
        id: cidOf(id),
        at: msOf(time),
        by: this.#around.person(author),
        act,
        item: cidOf(item),
        ruling: body.ruling ?? null,
        labels: body.labels ?? [],
        note: body.note ?? body.text ?? body.reason ?? '',
        followed: this.#follows.follows(author),
        undone,
      },
    ];
  }

  #bodyOf(id: Uint8Array): ActBody {
    return bodyOf<ActBody>(
      this.#db.prepare<{ bytes: Uint8Array }>('SELECT bytes FROM event WHERE id = ?').get(id)!.bytes,
    );
  }
}
