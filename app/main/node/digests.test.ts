import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { TestCommunity } from './test-community.ts';

test('[L13] both digests differ after each event about boards, posts and the community, and agree with a rebuild', async () => {
  const world = new TestCommunity();
  const { log, signer } = await world.person('mara');
  const write = (kind: string, body: object) => log.append(signer, kind, body).id;
  const digests = () => [toHex(log.digest()), toHex(log.stateDigest())];
  const content = { text: 'Hello', format: 'markdown', attachments: [] };
  const named = { slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' };
  const seen = new Set(digests());
  let [board, thread, reply]: Uint8Array[] = [];
  const steps: [string, () => unknown][] = [
    ['a name of the community', () => write('community.update', { name: 'Haven' })],
    ['a description of it', () => write('community.update', { description: 'Boats' })],
    ['a board', () => (board = write('board.create', named))],
    ['a name of a board', () => write('board.update', { board, name: 'Quay' })],
    ['a description of a board', () => write('board.update', { board, description: 'Talk' })],
    ['a role of a board', () => write('board.update', { board, postRole: 'moderator' })],
    ['a thread', () => (thread = write('thread.start', { board, subject: 'Storm', ...content }))],
    ['a reply', () => (reply = write('post.reply', { board, thread, ...content }))],
    ['an edit', () => write('post.edit', { post: reply, text: 'Edited' })],
    ['a subject', () => write('post.edit', { post: thread, text: 'Hello', subject: 'Gale' })],
    ['a reaction', () => write('post.react', { post: reply, emoji: '⚓', on: true })],
    ['a pin', () => write('thread.mark', { thread, pinned: true })],
    ['a lock', () => write('thread.mark', { thread, locked: true })],
    ['a deletion', () => write('post.delete', { post: reply, reason: 'twice' })],
  ];
  for (const [what, step] of steps) {
    step();
    for (const digest of digests()) {
      expect(seen.has(digest), what).toBe(false);
      seen.add(digest);
    }
  }
  const before = digests();
  log.rebuild();
  expect(digests()).toEqual(before);
});
