import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type { ReviewAct, ReviewItem } from '../../../contract/index.ts';
import { me, people } from './people.ts';
import type { SampleReview } from './review.ts';
import { chatLines, sentences } from './words.ts';

const gone = {
  code: 'item-unknown',
  message: 'That is not on this node.',
  remedy: 'Go back to the queue; it may have been purged.',
};

const pageOf = <T>(all: readonly T[], cursor: string | undefined, limit: number) => {
  const from = Number(cursor ?? 0);
  const items = all.slice(from, from + limit);
  return { items, next: from + limit < all.length ? String(from + limit) : null, total: all.length };
};

/** The review procedures over sample data. */
export function reviewProcedures(review: SampleReview) {
  const os = implement(contract).review;
  /** Performs one act per existing item; missing items fail individually. */
  const each = (
    ids: readonly string[],
    act: (item: ReviewItem) => Pick<ReviewAct, 'act'> & Partial<ReviewAct>,
  ) => {
    const acts: string[] = [];
    const failed: { id: string; code: string; message: string }[] = [];
    for (const id of ids) {
      const item = review.find(id);
      if (item === undefined) failed.push({ id, code: gone.code, message: gone.message });
      else acts.push(review.add(id, act(item)));
    }
    review.tell([...ids]);
    return { acts, failed };
  };
  const around = (offset: number, at: number) =>
    [0, 1].map((n) => ({
      id: `bafyreisample-around-${offset}-${n}`,
      author: people[n + 1] ?? me,
      at: at + (offset + n) * 60_000,
      text: offset < 0 ? (sentences[n + 2] ?? '') : (chatLines[n + 3] ?? ''),
    }));
  return {
    list: os.list.handler(({ input }) => pageOf(review.filter(input.filter), input.cursor, input.limit)),
    counts: os.counts.handler(() => review.counts()),
    item: os.item.handler(({ input, errors }) => {
      const item = review.find(input.id);
      if (item === undefined) throw errors.PROBLEM({ data: gone });
      return { item, before: around(-2, item.at), after: around(1, item.at), acts: review.actsOn(input.id) };
    }),
    author: os.author.handler(({ input }) => {
      const latest = review.items.filter((item) => item.author.did === input.did);
      const removed = latest.filter((item) => item.held === 'removed').length;
      return {
        author: people.find((person) => person.did === input.did) ?? me,
        joinedAt: 1_755_000_000_000,
        messages: 214,
        held: latest.length,
        removed,
        published: 6,
        banned: false,
        latest: latest.slice(0, 6),
      };
    }),
    claim: os.claim.handler(({ input }) => each(input.ids, () => ({ act: 'claim' }))),
    release: os.release.handler(({ input }) => each(input.ids, () => ({ act: 'release' }))),
    rule: os.rule.handler(({ input: { ids, ruling, labels, note } }) =>
      each(ids, () => ({ act: 'rule', ruling, labels, note })),
    ),
    undo: os.undo.handler(({ input }) => {
      const acts = review.acts.filter((act) => input.acts.includes(act.id));
      for (const act of acts) review.undo(act.id);
      review.tell(acts.map((act) => act.item));
      return { acts: acts.map((act) => act.id), failed: [] };
    }),
    escalate: os.escalate.handler(({ input }) =>
      each(input.ids, () => ({ act: 'escalate', note: input.note })),
    ),
    report: os.report.handler(() => ({})),
    appeal: os.appeal.handler(({ input }) => {
      each([input.id], () => ({ act: 'appeal', note: input.text }));
      return {};
    }),
    mine: os.mine.handler(({ input }) => {
      const mine = review.items.slice(0, 2).map((item, n) => ({
        ...item,
        author: me,
        held: n === 0 ? ('queued' as const) : ('removed' as const),
        appeal: n === 0 ? null : item.appeal,
      }));
      return pageOf(mine, input.cursor, input.limit);
    }),
    filters: os.filters.handler(() => review.filters),
    saveFilter: os.saveFilter.handler(
      ({ input: { id = `filter-${review.filters.length}`, name, filter } }) => {
        const saved = { id, name, filter };
        review.filters = [...review.filters.filter((one) => one.id !== id), saved];
        return saved;
      },
    ),
    removeFilter: os.removeFilter.handler(({ input }) => {
      review.filters = review.filters.filter((one) => one.id !== input.id);
      return {};
    }),
    audit: os.audit.handler(({ input }) =>
      pageOf(
        review.acts
          .filter(
            (act) => (input.by === null || act.by.did === input.by) && (input.item ?? act.item) === act.item,
          )
          .toReversed(),
        input.cursor,
        input.limit,
      ),
    ),
    moderators: os.moderators.handler(() =>
      people.slice(0, 3).map((person, n) => ({
        person,
        isMe: n === 0,
        following: !review.unfollowed.has(person.did),
        rulings: [118, 240, 61][n] ?? 0,
        undone: [2, 4, 9][n] ?? 0,
        agreement: n === 0 ? null : n === 1 ? 0.94 : 0.71,
      })),
    ),
    follow: os.follow.handler(({ input }) => {
      if (input.following) review.unfollowed.delete(input.did);
      else review.unfollowed.add(input.did);
      return {};
    }),
    override: os.override.handler(({ input }) => {
      review.set(input.id, { override: input.show });
      review.tell([input.id]);
      return {};
    }),
    purge: os.purge.handler(({ input }) => {
      const id = review.add(input.id, { act: 'purge', note: input.reason });
      const size = review.find(input.id)?.text?.length ?? 0;
      review.set(input.id, { text: null, media: [], held: 'removed' });
      const at = review.actsOn(input.id).at(-1)?.at ?? 0;
      const answers = people.slice(1, 5).map((who) => ({ who, answer: 'silent' as const, at: null }));
      const receipt = {
        id,
        item: input.id,
        at,
        by: me,
        reason: input.reason,
        here: { bytes: size, files: 0, at },
        answers,
      };
      review.purges = [receipt, ...review.purges];
      review.tell([input.id]);
      return receipt;
    }),
    answerPurge: os.answerPurge.handler(({ input, errors }) => {
      const held = review.purges.find((one) => one.id === input.id);
      if (held === undefined) throw errors.PROBLEM({ data: gone });
      const here = input.answer === 'gone' ? { bytes: 2_048, files: 0, at: held.at } : null;
      const answered = {
        ...held,
        here,
        answers: [...held.answers, { who: me, answer: input.answer, at: held.at }],
      };
      review.purges = review.purges.map((one) => (one.id === input.id ? answered : one));
      return answered;
    }),
    purges: os.purges.handler(({ input }) => pageOf(review.purges, input.cursor, input.limit)),
    changes: os.changes.handler(({ signal }) =>
      review.news.watch(signal, () => ({ counts: review.counts(), items: [] })),
    ),
  };
}
