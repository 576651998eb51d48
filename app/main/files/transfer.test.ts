import { expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { Problem } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { noQuota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import type { PeerLink, Transport } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { FileFetcher } from './fetch.ts';
import { CHUNK_BYTES, manifestOf } from './manifest.ts';
import { FileServer } from './serve.ts';
import { FileStore } from './store.ts';
import { scripted } from './test-channel.ts';
import { watchTransfer } from './watchdog.ts';
import { encodeFileMessage, type FileMessage } from './wire.ts';

const id = sha256(Buffer.from('a file'));
const code = (value: string) => expect.objectContaining({ code: value }) as unknown;

async function pair() {
  const world = new TestCommunity();
  const [mara, ines] = await world.nodes('mara', 'ines');
  return { clock: world.clock, mara: mara!, ines: ines! };
}
const storeOf = (node: TestNode, disk = memoryChunks()) =>
  new FileStore({ ...node, disk, fileBudgetBytes: () => 1e9, quota: noQuota });
const hello = (node: TestNode, to: string, side: 'opener' | 'answerer') =>
  encodeMessage(sendHandshake({ ...node, nodeName: () => node.name }, to, side));

/** A fetcher whose peers answer as told; it keeps whom it asked, and why they gave nothing. */
function fetching(node: TestNode, open: Transport['open'], peers: readonly Partial<PeerLink>[]) {
  const asked: string[] = [];
  const logged: unknown[] = [];
  const transport: Transport = Object.assign(Object.create(node.transport) as Transport, {
    self: node.name,
    addresses: () => [],
    peers: () => peers.map((link) => ({ score: 0, latencyMs: null, ...link }) as PeerLink),
    open(peer: string, protocol: string, signal?: AbortSignal) {
      asked.push(peer);
      return open(peer, protocol, signal);
    },
  });
  const logger = { ...silentLogger, info: (_: string, fields?: object) => void logged.push(fields) };
  const store = storeOf(node);
  const init = { ...node, transport, logger, nodeName: () => node.name, maxFileBytes: () => 1e9 };
  return { fetcher: new FileFetcher(init, store), store, asked, logged };
}
const failing = (why: string) => () => Promise.reject(new Problem(why, why));

test('the peer with the best score is asked first, then the nearest one; a peer of unknown distance comes last', async () => {
  const { ines } = await pair();
  const { fetcher, asked, logged } = fetching(ines, failing('peer-silent'), [
    { peer: 'unknown' },
    { peer: 'far', latencyMs: 900 },
    { peer: 'near', latencyMs: 20 },
    { peer: 'bad', score: -1, latencyMs: 1 },
    { peer: 'good', score: 2 },
  ]);
  await expect(fetcher.fetch(id)).rejects.toEqual(code('file-unavailable'));
  expect(asked).toEqual(['good', 'near', 'far', 'unknown', 'bad']);
  expect(logged).toContainEqual({ peer: 'far', code: 'peer-silent' });
});

test.each(['wrong-chunk', 'bad-manifest', 'malformed', 'bad-signature', 'wrong-community'])(
  'a peer that caused %s is asked again after ten minutes, and not before',
  async (why) => {
    const { ines, clock } = await pair();
    const { fetcher, asked } = fetching(ines, failing(why), [{ peer: 'mallory' }]);
    const attempt = () => expect(fetcher.fetch(id)).rejects.toEqual(code('file-unavailable'));
    await attempt();
    await clock.pass(599_999);
    await attempt();
    expect(asked).toHaveLength(1);
    await clock.pass(1);
    await attempt();
    expect(asked).toHaveLength(2);
  },
);

test('a peer that failed without malice is asked again at once', async () => {
  const { ines } = await pair();
  const { fetcher, asked } = fetching(ines, failing('peer-silent'), [{ peer: 'mara' }]);
  for (const _ of [1, 2]) await expect(fetcher.fetch(id)).rejects.toEqual(code('file-unavailable'));
  expect(asked).toHaveLength(2);
});

test.each(['disk-full', 'read-only', 'file-budget', 'file-quota', 'cancelled'])(
  '%s here ends the search, and is what the caller hears',
  async (why) => {
    const { ines } = await pair();
    const { fetcher, asked } = fetching(ines, failing(why), [{ peer: 'mara' }, { peer: 'brine' }]);
    await expect(fetcher.fetch(id)).rejects.toEqual(code(why));
    expect(asked).toHaveLength(1);
  },
);

test('a transfer goes on while one of those who wait for it is left, and ends with the last', async () => {
  const { ines } = await pair();
  const signals: AbortSignal[] = [];
  const { fetcher, asked } = fetching(
    ines,
    (_peer, _protocol, signal) =>
      new Promise((_resolve, reject) => {
        signals.push(signal!);
        signal!.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    [{ peer: 'mara' }, { peer: 'brine' }],
  );
  const [first, second] = [new AbortController(), new AbortController()];
  const ends = [first, second].map(({ signal }) =>
    expect(fetcher.fetch(id, signal)).rejects.toEqual(code('cancelled')),
  );
  first.abort();
  await ends[0];
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  second.abort();
  await ends[1];
  expect([signals[0]!.aborted, asked]).toEqual([true, ['mara']]);
  await expect(fetcher.fetch(id, AbortSignal.abort())).rejects.toEqual(code('cancelled'));
  const last = expect(fetcher.fetch(id)).rejects.toEqual(code('cancelled'));
  fetcher.stop();
  await last;
});

test('a peer that gives other bytes than asked for is told apart by what it sent', async () => {
  const bytes = Buffer.alloc(2 * CHUNK_BYTES, 'tide');
  const manifest = manifestOf(bytes);
  const first = bytes.subarray(0, CHUNK_BYTES);
  const other = manifestOf(Buffer.from('another'));
  const described = ['manifest', manifest.bytes] as const;
  const cases: [messages: readonly FileMessage<'manifest' | 'chunk' | 'end'>[], told: unknown[]][] = [
    [[], ['channel-broken', 'channel-broken']],
    [[['chunk', 0, first]], ['malformed', 'malformed']],
    [[['manifest', other.bytes]], ['bad-manifest', 'bad-manifest']],
    [
      [[...described], ['chunk', 1, first]],
      ['wrong-chunk', 'wrong-chunk'],
    ],
    [
      [[...described], ['chunk', 0, Buffer.alloc(CHUNK_BYTES)]],
      ['wrong-chunk', 'wrong-chunk'],
    ],
    [
      [[...described], ['chunk', 0, first], ['manifest', manifest.bytes]],
      ['malformed', 'malformed'],
    ],
    [[['end', 'missing']], ['closed']],
    [[[...described], ['end', 'busy']], ['closed']],
    [[[...described], ['chunk', 0, first], ['chunk', 1, first]], ['closed']],
  ];
  for (const [messages, expected] of cases) {
    const { mara, ines } = await pair();
    const { channel, told, sent } = scripted('mara', [
      hello(mara, 'ines', 'answerer'),
      ...messages.map((message) => encodeFileMessage(message)),
    ]);
    const opened: string[] = [];
    const { fetcher, logged } = fetching(
      ines,
      async (_peer, protocol) => {
        opened.push(protocol);
        return channel;
      },
      [{ peer: 'mara' }],
    );
    await fetcher
      .fetch(manifest.id)
      .catch((error: unknown) => expect(error).toEqual(code('file-unavailable')));
    expect([...told, ...logged.map((one) => (one as { code: string }).code)]).toEqual(expected);
    expect(opened).toEqual(['/impulse/files/1']);
    expect(decodeCbor(sent[1]!)).toEqual(['get', manifest.id, 0]);
  }
});

test('a channel is watched no longer than its transfer takes', async () => {
  const { mara, ines, clock } = await pair();
  const end = encodeFileMessage(['end', 'missing']);
  const { channel, told } = scripted('mara', [hello(mara, 'ines', 'answerer'), end]);
  const { fetcher } = fetching(ines, async () => channel, [{ peer: 'mara' }]);
  await expect(fetcher.fetch(id)).rejects.toEqual(code('file-unavailable'));
  await clock.pass(3_600_000);
  expect(told).toEqual(['closed']);
});

/** The answer of a node to a request of a member. */
async function answered(server: FileServer, from: TestNode, to: TestNode, request: FileMessage<'get'>) {
  const { channel, sent, told } = scripted(from.name, [
    hello(from, to.name, 'opener'),
    encodeFileMessage(request),
  ]);
  await server.answer(channel);
  return { messages: sent.slice(1).map((one) => decodeCbor(one) as unknown[]), told };
}
const namesOf = ({ messages }: { messages: unknown[][] }) =>
  messages.map(([name, what]) => (name === 'manifest' ? name : `${String(name)} ${String(what)}`));

test('a member gets the description and the chunks from the one asked for on, or hears that they are missing', async () => {
  const { mara, ines, clock } = await pair();
  const disk = memoryChunks();
  const store = storeOf(mara, disk);
  const server = new FileServer({ ...mara, nodeName: () => 'mara' }, store);
  const bytes = Buffer.concat([
    Buffer.alloc(CHUNK_BYTES, 'a'),
    Buffer.alloc(CHUNK_BYTES, 'b'),
    Buffer.from('c'),
  ]);
  const manifest = manifestOf(bytes);
  expect(namesOf(await answered(server, ines, mara, ['get', manifest.id, 0]))).toEqual(['end missing']);
  store.expect(manifest, { name: 'x', type: 'x/x' });
  for (const [n, hash] of manifest.chunks.entries()) {
    await store.addChunk(manifest.id, n, hash, bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES));
  }
  const whole = await answered(server, ines, mara, ['get', manifest.id, 1]);
  expect(namesOf(whole)).toEqual(['manifest', 'chunk 1', 'chunk 2', 'end done']);
  disk.chunks.set(Buffer.from(manifest.chunks[1]!).toString('hex'), Buffer.from('damage'));
  expect(namesOf(await answered(server, ines, mara, ['get', manifest.id, 0]))).toEqual([
    'manifest',
    'chunk 0',
    'end missing',
  ]);
  store.keep(manifest.id);
  expect(namesOf(await answered(server, ines, mara, ['get', manifest.id, 0]))).toEqual(['end missing']);
  await clock.pass(3_600_000);
  expect(whole.told).toEqual([]);
});

test('a peer that ends the channel early, or sends something else, gets nothing', async () => {
  const { mara, ines } = await pair();
  const server = new FileServer({ ...mara, nodeName: () => 'mara' }, storeOf(mara));
  await server.answer(scripted('ines', []).channel);
  await server.answer(scripted('ines', [hello(ines, 'mara', 'opener')]).channel);
  const wrong = [hello(ines, 'mara', 'opener'), encodeFileMessage(['end', 'done'])];
  await expect(server.answer(scripted('ines', wrong).channel)).rejects.toEqual(code('malformed'));
});

test('a peer has two transfers at a time, and each breaks after half a minute of silence', async () => {
  const { mara, ines, clock } = await pair();
  const server = new FileServer({ ...mara, nodeName: () => 'mara' }, storeOf(mara));
  const silent = [1, 2].map(() => scripted('ines', [hello(ines, 'mara', 'opener')], 'silent'));
  const ends = silent.map(({ channel }) =>
    expect(server.answer(channel)).rejects.toEqual(code('peer-silent')),
  );
  await expect(server.answer(scripted('ines', []).channel)).rejects.toEqual(code('busy'));
  await server.answer(scripted('brine', []).channel);
  await clock.pass(29_999);
  expect(silent.map(({ told }) => told)).toEqual([[], []]);
  await clock.pass(1);
  await Promise.all(ends);
  await server.answer(scripted('ines', []).channel);
});

test('a peer gets 128 MiB a minute, and the rest in the next minute', async () => {
  const { mara, ines, clock } = await pair();
  const store = storeOf(mara);
  const server = new FileServer({ ...mara, nodeName: () => 'mara' }, store);
  const one = Buffer.alloc(CHUNK_BYTES, 'a');
  const small = manifestOf(one);
  store.expect(small, null);
  await store.addChunk(small.id, 0, small.chunks[0]!, one);
  const chunks = Array.from({ length: 520 }, () => small.chunks[0]!);
  const bytes = encodeCanonical({ v: 1, size: 520 * CHUNK_BYTES, chunks });
  const large = { size: 520 * CHUNK_BYTES, chunks, bytes, id: sha256(bytes) };
  store.expect(large, null);
  const from = async (n: number, node = ines) =>
    namesOf(await answered(server, node, mara, ['get', large.id, n]));
  await clock.pass(60_000 - (clock.now() % 60_000));
  expect((await from(0)).slice(-2)).toEqual(['chunk 512', 'end busy']);
  expect(await from(513)).toEqual(['manifest', 'end busy']);
  await clock.pass(59_999);
  expect(await from(513)).toEqual(['manifest', 'end busy']);
  await clock.pass(1);
  expect((await from(513)).slice(-2)).toEqual(['chunk 519', 'end done']);
});

test('a transfer breaks at its deadline, or when it is cancelled, and not once it has ended', async () => {
  const { clock } = await pair();
  const limits = { silenceMs: 20, deadlineMs: 50 };
  const late = scripted('mara', []);
  const watch = watchTransfer(late.channel, clock, limits);
  for (let heard = 0; heard < 4; heard++) {
    await clock.pass(12);
    watch.heard();
  }
  expect(late.told).toEqual([]);
  await clock.pass(2);
  expect(late.told).toEqual(['transfer-too-long']);
  const cancel = new AbortController();
  const [one, ended, never] = [scripted('mara', []), scripted('mara', []), scripted('mara', [])];
  watchTransfer(one.channel, clock, { ...limits, signal: cancel.signal });
  watchTransfer(ended.channel, clock, { ...limits, signal: cancel.signal }).stop();
  cancel.abort();
  watchTransfer(never.channel, clock, { ...limits, signal: cancel.signal });
  await clock.pass(1);
  expect([one.told, ended.told, never.told]).toEqual([['cancelled'], [], ['cancelled']]);
  await clock.pass(100);
  expect(ended.told).toEqual([]);
});
