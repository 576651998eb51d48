import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { personOf } from '../sim/test-world.ts';
import type { EventDraft } from './own-events.ts';
import { LogStore } from './store.ts';
import { Node, write } from './test-kinds.ts';

const member = personOf('member');
const FITS: EventDraft = { kind: 'test.note', body: { text: 'fits' } };
const TOO_LONG: EventDraft = { kind: 'test.note', body: { text: 'x'.repeat(21) } };

const REFUSED = expect.objectContaining({ code: 'bad-body' });

/** Everything that a failed write could change. */
const stateOf = ({ log, digests }: Node) => ({
  digests,
  count: log.count(),
  gaps: log.store.gaps(),
  heads: log.store.headsOf(member.publicKey, 16).map(toHex),
  latest: log.store.latestSeq(),
});

/** All parents that the person's stored events name are stored, and so are all heads after the next start. */
function expectWholeChain({ log, db }: Node): void {
  for (let n = 0; n < 70; n++) log.append(member, FITS.kind, FITS.body);
  const events = log.store.byAuthorSince(member.publicKey, 0);
  for (const id of events.flatMap(({ event }) => event.parents)) expect(log.store.has(id)).toBe(true);
  expect(new LogStore(db).headsOf(member.publicKey, 16).map(toHex)).toEqual([toHex(events.at(-1)!.event.id)]);
}

/** From now on the database takes no further page, as on a full disk. */
function fillDisk({ db }: Node): () => void {
  const { page_count: pages } = db.prepare<{ page_count: number }>('PRAGMA page_count').get()!;
  db.prepare(`PRAGMA max_page_count = ${pages}`).get();
  return () => void db.prepare('PRAGMA max_page_count = 1073741823').get();
}

test('[L4] after drafts of which the second is refused, nothing is left and the next event names a stored parent', () => {
  const node = new Node();
  const first = node.log.append(member, FITS.kind, FITS.body);
  const before = stateOf(node);
  expect(() => node.log.appendAll(member, [FITS, TOO_LONG])).toThrow(REFUSED);
  expect(stateOf(node)).toEqual(before);
  const next = node.log.append(member, FITS.kind, FITS.body);
  expect(next.parents.map(toHex)).toEqual([toHex(first.id)]);
  expectWholeChain(node);
});

test('[L4] a person whose first events are refused still has a number, and their next event no parent', () => {
  const node = new Node();
  expect(() => node.log.appendAll(member, [FITS, TOO_LONG])).toThrow(REFUSED);
  // Another author takes the row number that the failed write had given.
  node.log.append(personOf('guest'), 'poll.vote', FITS.body);
  const next = node.log.append(member, FITS.kind, FITS.body);
  expect(next.parents).toEqual([]);
  expect(node.log.store.headsOf(member.publicKey, 16).map(toHex)).toEqual([toHex(next.id)]);
  expect(node.log.store.headsOf(personOf('guest').publicKey, 16)).toHaveLength(1);
});

test('[L4] after a write on a full disk, nothing is left and the next event names a stored parent', () => {
  const node = new Node();
  const first = node.log.append(member, FITS.kind, FITS.body);
  const before = stateOf(node);
  const emptied = fillDisk(node);
  expect(() => node.log.appendAll(member, Array<EventDraft>(500).fill(FITS))).toThrow(
    expect.objectContaining({ code: 'disk-full' }),
  );
  emptied();
  expect(stateOf(node)).toEqual(before);
  const next = node.log.append(member, FITS.kind, FITS.body);
  expect(next.parents.map(toHex)).toEqual([toHex(first.id)]);
  expectWholeChain(node);
});

test('[L4] an import that fails in its second slice keeps the first, and the next event follows it', async () => {
  const node = new Node();
  const signer = {
    ...member,
    signAll: async (payloads: readonly Uint8Array[]) => payloads.map((one) => member.sign(one)),
  };
  const drafts = function* () {
    for (let n = 0; n < 200; n++) yield n === 150 ? TOO_LONG : FITS;
  };
  await expect(node.log.appendBulk(signer, drafts())).rejects.toMatchObject({ code: 'bad-body' });
  expect(node.log.count()).toBe(128);
  expect(node.log.store.byAuthorSince(member.publicKey, 0)).toHaveLength(128);
  node.log.append(member, FITS.kind, FITS.body);
  expect(node.log.store.headsOf(member.publicKey, 16)).toHaveLength(1);
  expectWholeChain(node);
});

test('[L3] events from outside that meet a full disk come again and prove their parents', async () => {
  const node = new Node();
  const [parent] = [write('member', 'test.note')];
  const children = Array.from({ length: 100 }, () => write('member', 'test.note', { text: 'y' }, [parent!]));
  const before = stateOf(node);
  const emptied = fillDisk(node);
  await expect(node.take(...children)).rejects.toMatchObject({ code: 'disk-full' });
  emptied();
  expect(stateOf(node)).toEqual(before);
  // Nothing that is stored names the parent, so it needs its own signature.
  expect(await node.take({ ...parent!, signature: null })).toEqual(['ignore unproven']);
  expect(new Set(await node.take(...children))).toEqual(new Set(['stored']));
  expect(await node.take({ ...parent!, signature: null })).toEqual(['stored']);
});

test('a time that only a failed write used is used again', () => {
  const node = new Node();
  node.log.append(member, FITS.kind, FITS.body);
  const before = node.log.now;
  expect(() => node.log.appendAll(member, [FITS, FITS, TOO_LONG])).toThrow(REFUSED);
  expect(node.log.now).toBe(before);
});

test('[L12] a rebuild that fails half-way leaves what was shown', () => {
  const node = new Node();
  for (let n = 0; n < 300; n++) node.log.append(member, FITS.kind, FITS.body);
  const before = stateOf(node);
  node.db.exec(
    "CREATE TEMP TRIGGER fails BEFORE INSERT ON shown WHEN NEW.n = 200 BEGIN SELECT RAISE(ABORT, 'no space'); END",
  );
  expect(() => node.log.rebuild()).toThrow('no space');
  expect(stateOf(node)).toEqual(before);
  node.db.exec('DROP TRIGGER fails');
  node.log.rebuild();
  expect(stateOf(node)).toEqual(before);
});
