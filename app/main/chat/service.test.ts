import { describe, expect, test } from 'vitest';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { didOf } from '../kernel/did.ts';
import { copyLog, signerOf, TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { openGate } from '../moderation/test-gate.ts';
import { createPresence, sealBeacon } from '../presence/index.ts';
import { createChat } from './service.ts';

function chatOf(node: TestNode) {
  const presence = createPresence({ ...node, nodeName: () => `${node.name}-node` });
  const chat = createChat({
    ...node,
    presence,
    person: (key) => ({ did: didOf(key), handle: node.roster.member(key)?.handle ?? '?', role: 'member' }),
    gate: openGate,
    held: () => null,
  });
  return {
    ...chat,
    presence,
    start(): void {
      presence.start();
      chat.start();
    },
    async stop(): Promise<void> {
      chat.stop();
      await presence.stop();
    },
  };
}

async function community(...names: string[]) {
  const world = new TestCommunity();
  const nodes = await world.nodes(...names);
  const chats = nodes.map(chatOf);
  return { world, clock: world.clock, nodes, chats };
}

const handles = (chat: ReturnType<typeof chatOf>) =>
  chat
    .online()
    .map(({ person }) => person.handle)
    .sort();

describe('lines', () => {
  test('page backwards, newest last, and mark actions', async () => {
    const { chats } = await community('mara');
    const chat = chats[0]!;
    for (const text of ['one', 'two', '/me waves', '/message', 'five']) await chat.say(text);
    const last = chat.lines({ limit: 3 });
    expect(last.items.map(({ text, kind }) => [text, kind])).toEqual([
      ['waves', 'me'],
      ['/message', 'say'],
      ['five', 'say'],
    ]);
    const first = chat.lines({ limit: 3, cursor: last.next! });
    expect(first.items.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(first.next).toBeNull();
  });

  test('are reported as they arrive, own and others alike', async () => {
    const { chats, nodes } = await community('mara', 'ines');
    const seen: [string, string, boolean][] = [];
    chats[1]!.start();
    chats[1]!.watch(({ text, author, mine }) => seen.push([author.handle, text, mine]));
    const { id } = await chats[0]!.say('Evening, all');
    await copyLog(nodes[0]!, nodes[1]!);
    const { seq } = nodes[1]!.log.store.event(digestOf(id))!;
    chats[1]!.holdsChanged([{ n: seq, kind: 'chat', shown: true, live: true }]);
    await chats[1]!.say('Good evening');
    expect(seen).toEqual([
      ['Mara', 'Evening, all', false],
      ['ines', 'Good evening', true],
    ]);
  });

  test('are the same after a rebuild', async () => {
    const { chats, nodes } = await community('mara');
    await chats[0]!.say('one');
    await chats[0]!.say('two');
    const before = [nodes[0]!.log.stateDigest(), chats[0]!.lines({ limit: 9 })];
    nodes[0]!.log.rebuild();
    expect([nodes[0]!.log.stateDigest(), chats[0]!.lines({ limit: 9 })]).toEqual(before);
  });

  test('are refused when they are empty or too long, and so is an invalid cursor', async () => {
    const { chats } = await community('mara');
    const code = (value: string) => expect.objectContaining({ code: value });
    await expect(chats[0]!.say('  ')).rejects.toThrow(code('empty-line'));
    await expect(chats[0]!.say('x'.repeat(2001))).rejects.toThrow(code('line-too-long'));
    expect(() => chats[0]!.lines({ cursor: '1 OR 1', limit: 1 })).toThrow(code('bad-cursor'));
  });
});

describe('presence', () => {
  test('members see each other within seconds, with their status', async () => {
    const { chats, clock } = await community('mara', 'ines');
    for (const chat of chats) chat.start();
    chats[1]!.doing({ doing: 'Reading Harbour talk', idleMs: 0 });
    await clock.pass(5000);
    expect(chats[0]!.online()).toMatchObject([
      { person: { handle: 'Mara' }, node: 'mara-node', here: true },
      { person: { handle: 'ines' }, node: 'ines-node', doing: 'Reading Harbour talk', here: false },
    ]);
    expect(handles(chats[1]!)).toEqual(['Mara', 'ines']);
  });

  test('someone who says goodbye is gone at once, someone who vanishes after a minute, and both stay in the last callers', async () => {
    const { chats, clock, world } = await community('mara', 'ines', 'brine');
    for (const chat of chats) chat.start();
    await clock.pass(5000);
    await chats[1]!.stop();
    await clock.pass(1000);
    expect(handles(chats[0]!)).toEqual(['Mara', 'brine']);
    world.network.crash('brine');
    await clock.pass(40_000);
    expect(handles(chats[0]!)).toEqual(['Mara', 'brine']);
    await clock.pass(40_000);
    expect(handles(chats[0]!)).toEqual(['Mara']);
    const callers = chats[0]!.callers(10);
    expect(callers.map(({ person, node }) => [person.handle, node]).sort()).toEqual([
      ['brine', 'brine-node'],
      ['ines', 'ines-node'],
    ]);
    for (const { at, leftAt } of callers) expect(leftAt).toBeGreaterThanOrEqual(at);
  });

  test('a listener gets the list at once and after each change', async () => {
    const { chats, clock } = await community('mara', 'ines');
    const lists: number[] = [];
    for (const chat of chats) chat.start();
    chats[0]!.watchOnline((list) => lists.push(list.length));
    await clock.pass(5000);
    await chats[1]!.stop();
    await clock.pass(1000);
    expect(lists).toEqual([1, 2, 1]);
  });

  test('a burst of changes costs one beacon every two seconds', async () => {
    const { chats, nodes, clock } = await community('mara', 'ines');
    let beacons = 0;
    const presence = `impulse/1/${cidOf(nodes[0]!.log.community)}/presence`;
    nodes[1]!.transport.subscribe(presence, async () => (beacons++, 'accept'));
    chats[0]!.start();
    for (let turn = 0; turn < 50; turn++) {
      chats[0]!.doing({ doing: `Reading ${turn}`, idleMs: 0 });
      await clock.pass(100);
    }
    expect(beacons).toBeGreaterThan(1);
    expect(beacons).toBeLessThanOrEqual(4);
  });

  test('beacons that are forged, copied, or from strangers or other communities show nobody', async () => {
    const { chats, nodes, clock, world } = await community('mara', 'ines');
    const [mara] = nodes;
    chats[0]!.start();
    const topic = `impulse/1/${cidOf(world.id)}/presence`;
    const fields = {
      community: world.id,
      node: 'x',
      doing: '',
      idleMs: 0,
      since: 0,
      at: clock.now(),
      leaving: false,
    };
    const ines = signerOf('ines');
    const inject = (data: Uint8Array) => world.network.inject('mara', topic, data, 'ines');
    const forged = {
      publicKey: ines.publicKey,
      sign: (message: Uint8Array) => signerOf('eve').sign(message),
    };
    inject(sealBeacon(fields, forged));
    inject(sealBeacon(fields, signerOf('stranger')));
    inject(sealBeacon({ ...fields, community: new Uint8Array(32) }, ines));
    inject(sealBeacon({ ...fields, at: clock.now() - 3_600_000 }, ines));
    inject(sealBeacon({ ...fields, doing: 'x'.repeat(900) }, ines));
    inject(encodeCanonical(['nonsense']));
    inject(new Uint8Array(5000));
    await clock.pass(2000);
    expect(handles(chats[0]!)).toEqual(['Mara']);

    const genuine = sealBeacon({ ...fields, at: clock.now() }, ines);
    inject(genuine);
    await clock.pass(100);
    expect(handles(chats[0]!)).toEqual(['Mara', 'ines']);
    await clock.pass(1500);
    inject(sealBeacon({ ...fields, at: clock.now(), leaving: true }, ines));
    await clock.pass(100);
    // Another encoding of the same beacon gets past the network's own duplicate cache.
    inject(genuine);
    await clock.pass(100);
    expect(handles(chats[0]!)).toEqual(['Mara']);
    expect(mara!.transport.peers()[0]!.score).toBeLessThan(0);
  });

  test('a banned member is no longer shown', async () => {
    const { world, chats, clock } = await community('mara', 'ines');
    for (const chat of chats) chat.start();
    await clock.pass(5000);
    world.people.ban(signerOf('mara').publicKey, signerOf('ines').publicKey);
    await clock.pass(10_000);
    expect(handles(chats[0]!)).toEqual(['Mara']);
  });

  test('a visit that a crash left open ends when its caller was last heard', async () => {
    const { chats, nodes, clock } = await community('mara', 'ines');
    for (const chat of chats) chat.start();
    await clock.pass(130_000);
    const again = chatOf(nodes[0]!);
    again.start();
    const [visit] = again.callers(1);
    expect(visit!.leftAt! - visit!.at).toBeGreaterThan(60_000);
  });
});
