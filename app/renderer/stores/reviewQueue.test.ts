import { describe, expect, test } from 'vitest';
import { ReviewFilter } from '../../contract/index.ts';
import { createFakeClient } from '../bridge/fake.ts';
import { ReviewQueue } from './reviewQueue.ts';

const now = () => 1_764_000_000_000;
const open = async (filter: Partial<ReviewFilter> = {}) => {
  const client = createFakeClient({ setup: false, now, lively: false });
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
