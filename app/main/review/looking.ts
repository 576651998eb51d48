import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { digestOf } from '../kernel/cid.ts';
import { publicKeyOf } from '../kernel/did.ts';
import { reaches } from '../kernel/roles.ts';
import type { Roster } from '../members/index.ts';
import { asModerator, type Asker } from './asking.ts';
import type { Audit } from './audit.ts';
import type { HeldAuthors } from './authors.ts';
import type { Follows } from './follows.ts';
import type { Items } from './items.ts';
import { problem } from './problems.ts';
import type { Queue } from './queue.ts';

type Inputs = contract.Inputs['review'];
type Outputs = contract.Outputs['review'];

interface LookingInit {
  readonly asker: Asker;
  readonly queue: Queue;
  readonly audit: Audit;
  readonly authors: HeldAuthors;
  readonly items: Items;
  readonly follows: Follows;
  readonly roster: Roster;
  readonly person: (key: Uint8Array) => contract.Person;
  /** Messages of an author that are here. */
  readonly messagesOf: (key: Uint8Array) => number;
}

/** Pages of the queue, items with what was said around them, acts, and who acts. */
export function createLooking(init: LookingInit) {
  const { asker, queue, audit, authors, items, follows, roster, person } = init;
  const { me, now, roleOf, rowOf } = asker;
  const bannedNow = (key: Uint8Array) => roleOf(key) === null;
  const shown = (rows: readonly number[]) =>
    rows.flatMap((n) => {
      const item = items.byRow(n);
      return item ? [item] : [];
    });

  return {
    list: ({
      filter,
      cursor,
      limit,
    }: Inputs['list'] & { limit: number; filter: contract.ReviewFilter }): Outputs['list'] =>
      asModerator(asker, () => {
        const wanted = filter.words.trim().toLowerCase().split(/\s+/);
        const says = (n: number) => {
          const content = items.reader.byRow(n);
          const text = `${content?.subject ?? ''} ${content?.text ?? ''}`.toLowerCase();
          return wanted.every((word) => text.includes(word));
        };
        const author = filter.author === null ? null : authors.of(rowOf(publicKeyOf(filter.author)));
        const { places, next } = queue.page(
          { filter, me: rowOf(me), nowMs: now(), author },
          cursor,
          limit,
          says,
        );
        return { items: shown(places.map(({ n }) => n)), next, total: null };
      }),

    /** How many items wait for a decision of this person; 0 for anyone but a moderator. */
    duties: (): number => (reaches(roleOf(me), 'moderator') ? queue.counts(rowOf(me), now()).open : 0),

    counts: (): Outputs['counts'] => asModerator(asker, () => queue.counts(rowOf(me), now())),

    /** Throws a Problem `item-unknown`. */
    item: ({ id }: Inputs['item']): Outputs['item'] =>
      asModerator(asker, () => {
        const content = items.reader.byId(digestOf(id));
        if (!content) throw problem('item-unknown');
        return {
          item: items.itemOf(content),
          ...items.reader.around(content, person),
          acts: items.actsOn(content.id),
        };
      }),

    author: ({ did }: Inputs['author']): Outputs['author'] =>
      asModerator(asker, () => {
        const key = publicKeyOf(did);
        const row = rowOf(key);
        return {
          author: person(key),
          joinedAt: roster.member(key)?.joinedAt ?? null,
          messages: init.messagesOf(key),
          ...authors.counts(row),
          banned: roster.knows(key) && bannedNow(key),
          latest: shown(authors.latest(row, 20)),
        };
      }),

    mine({ cursor, limit }: { cursor?: string | undefined; limit: number }): Outputs['mine'] {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (!Number.isSafeInteger(before)) throw problem('bad-cursor');
      const rows = authors.hidden(rowOf(me), before, limit + 1);
      const page = rows.slice(0, limit);
      return { items: shown(page), next: rows.length > limit ? String(page.at(-1)) : null, total: null };
    },

    audit({
      by,
      item,
      cursor,
      limit,
    }: {
      by: string | null;
      item: string | null;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['audit'] {
      const page = audit.page(
        by === null ? null : rowOf(publicKeyOf(by)),
        item === null ? null : digestOf(item),
        cursor,
        limit,
      );
      return {
        items: page.acts.flatMap((one) => items.shown(one.act, one.item, one.undone)),
        next: page.next,
        total: null,
      };
    },

    /** Everybody who may rule now, or ever did. */
    moderators(): Outputs['moderators'] {
      const rulings = audit.rulings(rowOf(me));
      const able = roster.members().flatMap(({ key }) => (reaches(roleOf(key), 'moderator') ? [key] : []));
      const keys = new Map(able.map((key) => [toHex(key), key]));
      for (const hex of rulings.keys()) keys.set(hex, Buffer.from(hex, 'hex'));
      return [...keys].map(([hex, key]) => ({
        person: person(key),
        isMe: equalBytes(key, me),
        following: follows.follows(key),
        ...(rulings.get(hex) ?? { rulings: 0, undone: 0, agreement: null }),
      }));
    },
  };
}
