import { expect, test } from 'vitest';
import { signerOf, TestCommunity } from '../platform/memory/test-community.ts';
import { PostCounts } from './post-counts.ts';

test('posts are counted per author, without deleted ones', async () => {
  const world = new TestCommunity();
  const [mara] = await world.nodes('mara', 'ines');
  const { db, log, clock } = mara!;
  const author = log.store.authorOf(signerOf('ines').publicKey);
  for (const [n, deleted] of [
    [1, null],
    [2, null],
    [3, 9],
  ] as const) {
    db.prepare(
      'INSERT INTO post (n, thread, author, at, time, text_seq, deleted_seq) VALUES (?, 1, ?, 0, 0, ?, ?)',
    ).run(n, author, n, deleted);
  }
  expect([...new PostCounts(db, clock).current()]).toEqual([[author, 2]]);
});
