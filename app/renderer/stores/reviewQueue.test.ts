import { describe, expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/index.ts';
import type { CommunityClient, ReviewAct, ReviewItem } from '../../contract/index.ts';
import { answering } from '../bridge/fake/answers.ts';
import { me, personAt } from '../bridge/fake/people.ts';
import { ReviewQueue } from './reviewQueue.ts';

const NOW = 1_764_000_000_000;
const itemAt = (n: number): ReviewItem => ({
  id: `bafyreisample-r-${n}`,
  kind: 'post',
  board: null,
  boardName: null,
  thread: null,
  subject: 'Berths',
  author: personAt(n),
  sourceName: null,
  at: NOW - n,
  since: NOW - n,
  text: n % 3 === 0 ? 'Only an idiot would sell it.' : 'A berth for sale.',
  format: 'plain',
  media: [],
  held: 'queued',
  verdict: null,
  claim: null,
  escalated: null,
  appeal: n % 4 === 0 ? { text: 'Look again.', at: NOW } : null,
  reports: [],
  ruling: null,
  override: null,
});

/** A node whose queue holds twenty items, a few of them appealed. */
function node(): CommunityClient {
  let items = Array.from({ length: 20 }, (_, n) => itemAt(n));
  const acts: ReviewAct[] = [];
  const set = (id: string, change: Partial<ReviewItem>) => {
    items = items.map((item) => (item.id === id ? { ...item, ...change } : item));
  };
  const openOnes = () => items.filter(({ ruling }) => ruling === null);
  return answering({
    review: {
      list: ({ filter: { words, raised }, limit }) => {
        const found = openOnes().filter(
          ({ text, appeal }) => (text ?? '').includes(words) && (!raised || appeal !== null),
        );
        return { items: found.slice(0, limit), next: null, total: found.length };
      },
      counts: () => {
        const raised = openOnes().filter(({ appeal }) => appeal !== null).length;
        return { open: openOnes().length, mine: 0, raised, quarantined: 0, waiting: 0 };
      },
      item: ({ id }) => ({
        item: items.find((item) => item.id === id)!,
        before: [],
        after: [],
        acts: acts.filter(({ item }) => item === id),
      }),
      rule: ({ ids, ruling, labels, note }) => {
        const known = ids.filter((id) => items.some((item) => item.id === id));
        const made = known.map((item) => {
          const id = `bafyreisample-act-${acts.length}`;
          const rest = { item, ruling, labels, note, followed: true, undone: false };
          acts.push({ id, at: NOW, by: me, act: 'rule', ...rest });
          set(item, { ruling: { ruling, by: me, at: NOW, act: id } });
          return id;
        });
        const failed = ids.filter((id) => !known.includes(id));
        return {
          acts: made,
          failed: failed.map((id) => ({ id, code: 'item-unknown', message: 'That is not on this node.' })),
        };
      },
      undo: ({ acts: ids }) => {
        for (const { id, item } of acts) if (ids.includes(id)) set(item, { ruling: null });
        return { acts: ids, failed: [] };
      },
    },
  }).in('bafyreisample');
}
const open = async (filter: Partial<ReviewFilter> = {}) => {
  const client = node();
  const queue = new ReviewQueue(client, ReviewFilter.parse(filter));
  await queue.refresh();
  return { client, queue };
};
/** Waits for the refresh that follows an act. */
const settled = async (queue: ReviewQueue) => {
  while ([...queue.store.getState().marks.values()].some((mark) => mark.phase !== 'failed'))
    await queue.refresh();
};

describe('working through the queue', () => {
  test('a decision shows at once and the next open item becomes active', async () => {
    const { client, queue } = await open();
    const before = await client.review.counts({});
    const first = queue.store.getState().active ?? '';
    const acting = queue.act({ verb: 'publish' }, [first]);
    const at = queue.store.getState();
    expect(at.marks.get(first)).toMatchObject({ verb: 'publish', phase: 'sending' });
    expect(at.active).not.toBe(first);
    expect(at.news).toMatchObject({ kind: 'done', verb: 'publish', n: 1, next: { id: at.active } });
    await acting;
    await settled(queue);
    expect((await client.review.counts({})).open).toBe(before.open - 1);
    expect((await client.review.item({ id: first })).item.ruling?.ruling).toBe('publish');
    expect(queue.store.getState().active).toBe(at.active);
  });

  test('every item can be decided, and the last one is announced', async () => {
    const { client, queue } = await open({ raised: true });
    const { raised } = await client.review.counts({});
    expect(raised).toBeGreaterThan(3);
    for (let n = 0; n < raised; n++) {
      await queue.act({ verb: 'quarantine' }, queue.targets());
      if (n === raised - 1) expect(queue.store.getState().news).toMatchObject({ next: null });
      await settled(queue);
    }
    expect(queue.list.store.getState().count).toBe(0);
    expect(queue.store.getState().active).toBeNull();
  });

  test('the last act is undone first, and its item becomes active again', async () => {
    const { client, queue } = await open();
    const first = queue.targets();
    await queue.act({ verb: 'remove', labels: ['spam'], note: 'Third time' }, first);
    const second = queue.targets();
    await queue.act({ verb: 'publish' }, second);
    await queue.undo();
    await expect.poll(() => queue.store.getState().active).toBe(second[0]);
    expect((await client.review.item({ id: second[0] ?? '' })).item.ruling).toBeNull();
    expect((await client.review.item({ id: first[0] ?? '' })).acts.at(-1)).toMatchObject({
      ruling: 'remove',
      labels: ['spam'],
      note: 'Third time',
    });
    await queue.undo();
    await queue.undo();
    expect(queue.store.getState().news).toEqual({ kind: 'nothing' });
  });

  test('everything in the filter is selected, decided together and undone together', async () => {
    const { client, queue } = await open({ words: 'idiot' });
    expect(await queue.selectAll()).toBe(false);
    const ids = queue.targets();
    expect(ids.length).toBe(queue.list.store.getState().total);
    await queue.act({ verb: 'remove' }, ids);
    expect(queue.store.getState().selected.size).toBe(0);
    expect(queue.store.getState().last?.acts).toHaveLength(ids.length);
    await queue.undo();
    const items = await Promise.all(ids.map((id) => client.review.item({ id })));
    expect(items.every(({ item }) => item.ruling === null)).toBe(true);
  });

  test('an item that failed is announced and stays open', async () => {
    const { queue } = await open();
    await queue.act({ verb: 'publish' }, ['bafyreinowhere']);
    expect(queue.store.getState().marks.get('bafyreinowhere')).toMatchObject({ phase: 'failed' });
    expect(queue.store.getState().news).toMatchObject({ kind: 'failed', n: 1 });
  });
});
