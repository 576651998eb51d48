import { expect, test } from 'vitest';
import { itemAt, PagedList } from './paged.ts';

function numbers(total: number, size = 10) {
  const asked: (string | undefined)[] = [];
  const source = { total, fail: false };
  const list = new PagedList<number>((cursor) => {
    asked.push(cursor);
    if (source.fail) return Promise.reject(new Error('The line is down.'));
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(size, source.total - from) }, (_, i) => from + i);
    const next = from + size < source.total ? String(from + size) : null;
    return Promise.resolve({ items, next, total: source.total });
  });
  const state = () => list.store.getState();
  const settled = async (until: number) => {
    for (let turn = 0; turn < 500 && state().count < until; turn++) await Promise.resolve();
  };
  return { list, state, asked, source, settled };
}

test('scrolling to the end of the known items loads the next page', async () => {
  const { list, state, settled } = numbers(25);
  await list.refresh();
  expect(state()).toMatchObject({ state: 'ready', count: 10, total: 25, more: true });
  list.ensure(0, 9);
  await settled(20);
  list.ensure(10, 19);
  await settled(25);
  expect(state()).toMatchObject({ count: 25, more: false });
  expect(itemAt(state(), 24)).toBe(24);
  expect(itemAt(state(), 25)).toBeNull();
});

test('at the end of a list nothing more is asked for, however often somebody scrolls there', async () => {
  for (const total of [0, 5, 10, 20, 25]) {
    const { list, state, asked, settled } = numbers(total);
    await list.refresh();
    for (let turn = 0; turn < 5 && state().more; turn++) {
      const { count } = state();
      list.ensure(0, count - 1);
      await settled(Math.min(total, count + 10));
      for (let wait = 0; wait < 50 && state().loadingMore; wait++) await Promise.resolve();
    }
    const pages = Math.max(1, Math.ceil(total / 10));
    expect(asked).toHaveLength(pages);
    expect(state()).toMatchObject({ count: total, more: false, loadingMore: false });
    expect(state().pages).toHaveLength(pages);
    list.ensure(0, total);
    await list.more();
    list.ensure(Math.max(0, total - 1), total + 50);
    await list.more();
    expect(asked).toHaveLength(pages);
  }
});

test('a list that became shorter ends earlier after a refresh', async () => {
  const { list, state, source, asked } = numbers(25);
  await list.refresh();
  await list.more();
  await list.more();
  list.ensure(20, 24);
  source.total = 8;
  await list.refresh();
  expect(state()).toMatchObject({ count: 8, total: 8, more: false });
  expect(itemAt(state(), 8)).toBeNull();
  const { length } = asked;
  await list.more();
  expect(asked).toHaveLength(length);
});

test('far pages are dropped to bound memory and come back by their cursor', async () => {
  const { list, state, settled } = numbers(1_000);
  await list.refresh();
  for (let last = 9; last < 600; last += 10) {
    list.ensure(Math.max(0, last - 9), last);
    await settled(last + 11);
  }
  list.ensure(590, 599);
  expect(itemAt(state(), 0)).toBeNull();
  expect(itemAt(state(), 595)).toBe(595);
  expect(state().pages.filter((page) => page.items !== null).length).toBeLessThan(30);
  list.ensure(0, 9);
  for (let turn = 0; turn < 50 && itemAt(state(), 0) === null; turn++) await Promise.resolve();
  expect(itemAt(state(), 0)).toBe(0);
});

test('a refresh keeps the shown items until the new pages arrive, and marks them stale if they do not', async () => {
  const { list, state, source } = numbers(5);
  await list.refresh();
  source.fail = true;
  await list.refresh();
  expect(state()).toMatchObject({ state: 'stale', count: 5, problem: { message: 'The line is down.' } });
  source.fail = false;
  source.total = 7;
  const again = list.refresh();
  expect(state().count).toBe(5);
  await again;
  expect(state()).toMatchObject({ state: 'ready', count: 7, problem: null });
});

test('a first page that cannot be loaded is a failure with its message', async () => {
  const { list, state, source } = numbers(5);
  source.fail = true;
  await list.refresh();
  expect(state()).toMatchObject({ state: 'failed', count: 0, problem: { message: 'The line is down.' } });
});

test('the same page is not asked for twice at once', async () => {
  const { list, asked, settled } = numbers(30);
  await list.refresh();
  list.ensure(0, 9);
  list.ensure(0, 9);
  await settled(20);
  expect(asked).toEqual([undefined, '10']);
});
