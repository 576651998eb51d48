import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, systemRandom } from '../app/main/kernel/clock.ts';
import { sha256 } from '../app/main/kernel/sha256.ts';
import type { Transport } from '../app/main/log/transport.ts';
import { signerOf } from '../app/main/platform/keys/ed25519.ts';
import { createLibp2pTransport } from '../app/main/platform/libp2p/index.ts';
import { filledNode, readIn } from './lib/filled-node.ts';
import { pause } from './lib/meeting.ts';
import { openBenchNode } from './lib/node.ts';
import { percentile } from './lib/numbers.ts';
import { PostDrafts } from './lib/posts.ts';
import type { Figure, Report } from './lib/report.ts';

const PEERS = [10, 30, 100];
/** Connections that a node wants ([P5] in app/main/federation/SPEC.md). */
const CONNECTIONS = 8;
const POSTS = 60;
const POST_BYTES = 400;
const TOPIC = 'impulse/bench/growth';
const MESH_MS = 6000;
const QUIET_MS = 10_000;
const SIZES = [10_000, 100_000, 1_000_000];
const APPENDS = 500;

/** How cost grows: with the number of peers, and with the number of posts on disk. */
export async function growth(): Promise<Report> {
  const figures: Figure[] = [];
  for (const peers of PEERS) figures.push(...(await withPeers(peers)));
  for (const posts of SIZES) figures.push(...(await onDisk(posts)));
  return {
    figures,
    notes: [
      `Peers: real gossip over TCP on 127.0.0.1, all in one process, each connected to ${CONNECTIONS} others at random; ${POSTS} messages of ${POST_BYTES} bytes, one after another, from another node each. The traffic of idle nodes is subtracted.`,
      `Posts: one person’s node; ${APPENDS} posts are appended one by one, then pages and searches are read in a fresh process, as in the benchmark “million”.`,
    ],
  };
}

async function withPeers(count: number): Promise<Figure[]> {
  const nodes = await Promise.all(Array.from({ length: count }, (_, index) => transportOf(index)));
  try {
    const heard = nodes.map((node) => {
      const messages = new Map<string, number>();
      node.subscribe(TOPIC, async (data) => {
        const id = Buffer.from(data.subarray(0, 16)).toString('hex');
        messages.set(id, performance.now());
        return 'accept';
      });
      return messages;
    });
    for (const [index, node] of nodes.entries()) await connect(node, index, nodes);
    await pause(MESH_MS);
    const idleBytes = await bytesWhile(nodes, () => pause(QUIET_MS));
    const startedAt = performance.now();
    const delays: number[] = [];
    const bytes = await bytesWhile(nodes, async () => {
      for (let post = 0; post < POSTS; post++) {
        const message = randomBytes(POST_BYTES);
        const id = message.subarray(0, 16).toString('hex');
        const sentAt = performance.now();
        const from = post % count;
        await nodes[from]!.publish(TOPIC, message);
        const others = heard.filter((_, index) => index !== from);
        while (!others.every((messages) => messages.has(id)) && performance.now() - sentAt < QUIET_MS)
          await pause(1);
        delays.push(Math.max(...others.map((messages) => (messages.get(id) ?? Infinity) - sentAt)));
      }
      // The last ones are still passed on.
      await pause(1000);
    });
    const elapsedMs = performance.now() - startedAt;
    const own = (bytes - (idleBytes * elapsedMs) / QUIET_MS) / POSTS / count;
    return [
      {
        name: `${count} peers: bytes sent by a node for one post`,
        value: own,
        unit: 'bytes',
        beside: { name: 'the post', value: POST_BYTES },
      },
      { name: `${count} peers: copies of a post that a node sends`, value: own / POST_BYTES, unit: 'copies' },
      {
        name: `${count} peers: written to received by the last, p50`,
        value: percentile(delays, 0.5),
        unit: 'ms',
      },
      {
        name: `${count} peers: sent by a node while nobody writes`,
        value: idleBytes / count / (QUIET_MS / 1000),
        unit: 'bytes/s',
      },
    ];
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

async function transportOf(index: number): Promise<Transport> {
  const privateKey = sha256(Buffer.from(`growth ${index}`));
  const { transport } = await createLibp2pTransport({
    privateKey,
    signer: signerOf(privateKey),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    agentVersion: 'impulse-bench/1',
    localDiscovery: false,
    relayServer: false,
    maxConnections: 200,
    clock: systemClock,
    random: systemRandom,
  });
  await transport.start();
  return transport;
}

/** Dials until the node has enough connections; always the one after it, so that all are connected with each other. */
async function connect(node: Transport, index: number, nodes: readonly Transport[]): Promise<void> {
  const dial = (other: Transport) => node.dial(other.addresses()[0]!).catch(() => {});
  await dial(nodes[(index + 1) % nodes.length]!);
  for (
    let step = 2;
    node.peers().length < Math.min(CONNECTIONS, nodes.length - 1) && step < nodes.length;
    step++
  ) {
    // A fixed sequence of strides that differs between nodes.
    const other = nodes[(index + 1 + step * (1 + (index % 7))) % nodes.length]!;
    if (other !== node && other.peers().length < CONNECTIONS + 2) await dial(other);
  }
}

async function bytesWhile(nodes: readonly Transport[], work: () => Promise<unknown>): Promise<number> {
  const sent = () =>
    nodes.reduce((sum, node) => sum + node.peers().reduce((bytes, link) => bytes + link.sentBytes, 0), 0);
  const before = sent();
  await work();
  return sent() - before;
}

async function onDisk(posts: number): Promise<Figure[]> {
  const directory = await filledNode(posts);
  const appendMs = await appendIn(directory);
  const { boardPages, threadPages, searches, rss } = await readIn(directory);
  const named = `${posts.toLocaleString('en-US')} posts: `;
  const { size } = statSync(join(directory, 'community.db'));
  return [
    { name: `${named}append, p50`, value: percentile(appendMs, 0.5), unit: 'ms' },
    { name: `${named}board page, p50`, value: percentile(boardPages, 0.5), unit: 'ms' },
    { name: `${named}thread page, p50`, value: percentile(threadPages, 0.5), unit: 'ms' },
    { name: `${named}search, p50`, value: percentile(searches, 0.5), unit: 'ms' },
    { name: `${named}bytes on disk for one`, value: size / posts, unit: 'bytes' },
    { name: `${named}memory after reading`, value: rss / 1024 ** 2, unit: 'MiB' },
  ];
}

async function appendIn(directory: string): Promise<number[]> {
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const community = await node.found();
  const drafts = new PostDrafts(community, node.signer, 200);
  const times = Array.from({ length: APPENDS }, (_, index) => {
    const { kind, body } = drafts.reply(index);
    const startedAt = performance.now();
    community.log.append(node.signer, kind, body);
    return performance.now() - startedAt;
  });
  community.boards.indexAll();
  await node.stop();
  return times;
}
