import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { createTestWorld, FOUNDER, personOf } from '../sim/test-world.ts';
import { ALL, FIRST, Node, write } from './test-kinds.ts';

test('[L15] an event of an unknown kind is stored, counted and passed on, and no projection takes it', async () => {
  const [old, full] = [new Node(FIRST), new Node()];
  const note = write('member', 'test.note');
  const vote = write('member', 'poll.vote', { text: 'yes' }, [note]);
  expect(await old.take(note, vote)).toEqual(['stored', 'stored']);
  await full.take(note, vote);
  expect(old.digests[0]).toBe(full.digests[0]);
  expect(old.digests[1]).not.toBe(full.digests[1]);
  const sent = old.log.store.sealed(vote.id)!;
  expect([sent.bytes, sent.signature!].map(toHex)).toEqual([vote.bytes, vote.signature!].map(toHex));
  expect(old.log.store.headsOf(vote.author, 16).map(toHex)).toEqual([toHex(vote.id)]);
  expect(old.log.opaque()).toEqual([{ kind: 'poll.vote', count: 1 }]);
  expect(old.hooked).toEqual([toHex(note.id)]);
  expect(await old.take(vote)).toEqual(['ignore duplicate']);
});

test('[L15] [L8] every rule that needs no kind applies to an unknown kind, and a body that does not fit is nobody’s fault', async () => {
  const old = new Node(FIRST);
  const vote = write('member', 'poll.vote');
  expect(await old.take({ ...vote, signature: new Uint8Array(64) })).toEqual(['reject bad-signature']);
  expect(await old.take({ ...vote, signature: null })).toEqual(['ignore unproven']);
  expect(await old.take(write('stranger', 'poll.vote'))).toEqual(['ignore unknown-author']);
  expect(await new Node().take(write('member', 'poll.vote', { wrong: 1 }))).toEqual(['ignore bad-body']);
  expect(old.log.count()).toBe(0);
});

test('[L15] [L17] features hear only of events whose kinds they know', async () => {
  const old = new Node(FIRST);
  const [stored, heard]: [string[][], string[][]] = [[], []];
  old.log.onStored((batch) => stored.push(batch.map(({ event }) => event.kind)));
  old.log.onCommit((batch) => heard.push(batch.map(({ event }) => event.kind)));
  await old.take(write('member', 'poll.vote', { anything: null }));
  await old.take(write('member', 'poll.vote'), write('member', 'test.note'));
  expect(stored).toEqual([['poll.vote'], ['poll.vote', 'test.note']]);
  expect(heard).toEqual([['test.note']]);

  // After an update they hear of the others, except of the one that does not fit.
  old.open(ALL);
  old.log.onCommit((batch) => heard.push(batch.map(({ event, origin }) => `${event.kind} ${origin}`)));
  await old.clock.pass(0);
  expect(heard.slice(1)).toEqual([['poll.vote history']]);
});

test('[L15] a node writes no event of a kind that it does not know', async () => {
  const old = new Node(FIRST);
  const body = { text: 'yes' };
  expect(() => old.log.append(personOf('member'), 'poll.vote', body)).toThrowError(
    expect.objectContaining({ code: 'unknown-kind' }),
  );
  const signer = { ...personOf('member'), signAll: async () => [new Uint8Array(64)] };
  const drafts = (function* () {
    yield { kind: 'poll.vote', body };
  })();
  await expect(old.log.appendBulk(signer, drafts)).rejects.toMatchObject({ code: 'unknown-kind' });
  expect(old.log.count()).toBe(0);
});

test('[L16] the stratum of an unknown kind follows from its name, and so does the role that it needs', async () => {
  const old = new Node(FIRST);
  expect(await old.take(write('sysop', 'authority/poll.rule'), write('sysop', 'board.create'))).toEqual([
    'stored',
    'stored',
  ]);
  expect(old.log.count('authority')).toBe(2);
  expect(await old.take(write('moderator', 'authority/poll.rule'), write('member', 'board.update'))).toEqual([
    'ignore out-of-role',
    'ignore out-of-role',
  ]);
  expect(await old.take(write('guest', 'poll.vote'), write('guest', 'poll.open'))).toEqual([
    'stored',
    'stored',
  ]);
  const bare = { ...write('sysop', 'authority/poll.rule'), signature: null };
  await old.take(write('sysop', 'poll.vote', {}, [bare]));
  expect(await old.take(bare)).toEqual(['ignore unproven']);
});

test('[L16] a text that is not the name of a kind is ignored', () => {
  const old = new Node(FIRST);
  const names = [
    'poll',
    '.vote',
    'poll.',
    'Poll.vote',
    'poll vote',
    'authority/poll',
    'other/poll.vote',
    'poll.v\u202Eote',
  ];
  return expect(old.take(...names.map((name) => write('sysop', name)))).resolves.toEqual(
    names.map(() => 'ignore unknown-kind'),
  );
});

test('[L18] opaque events are counted by kind', async () => {
  const old = new Node(FIRST);
  expect(old.log.opaque()).toEqual([]);
  await old.take(...['poll.vote', 'poll.open', 'poll.vote', 'test.note'].map((kind) => write('sysop', kind)));
  expect(old.log.opaque()).toEqual([
    { kind: 'poll.open', count: 1 },
    { kind: 'poll.vote', count: 2 },
  ]);
});

test('[L15] [G2] [S9] an unknown kind passes through a node that does not know it, by gossip and by catch-up, at no cost', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  founder.admit('bob');
  const ada = await world.node('ada', [], ['test.note', 'authority/test.rule']);
  const bob = await world.node('bob');
  founder.write('before');
  founder.log.append(founder.signer, 'authority/test.rule', { text: 'a rule' });
  await world.connect(ada, founder);
  await world.connect(bob, ada);
  founder.write('live');
  await world.clock.pass(10);
  expect(bob.texts.toSorted()).toEqual(['a rule', 'before', 'live']);
  expect(ada.texts).toEqual([]);
  expect(ada.log.count('authority')).toBe(1);
  expect(new Set([founder, ada, bob].map(({ log }) => toHex(log.digest()))).size).toBe(1);
  for (const { transport } of [founder, ada, bob]) {
    for (const { score } of transport.peers()) expect(score).toBeGreaterThanOrEqual(0);
  }
  expect(ada.log.refusals().filter(({ code }) => code !== 'duplicate')).toEqual([]);
  await world.clock.pass(61_000);
  const [newest] = founder.log.store.headsOf(founder.signer.publicKey, 16);
  expect(founder.spread.level(newest!)).toMatchObject({ level: 'replicated' });
});
