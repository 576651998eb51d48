import { beforeEach, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { Channel, Transport } from '../../log/transport.ts';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork } from '../../platform/memory/network.ts';
import { TestLedger } from '../test-ledger.ts';
import { openBlock } from '../types/block.ts';
import { openCertificate } from '../types/certificate.ts';
import { SnapshotServer } from './snapshot-server.ts';
import {
  decodeSnapshotWire,
  encodeSnapshotWire,
  PIECE_BYTES,
  sendPieces,
  SNAPSHOT_PROTOCOL,
  type SnapshotWire,
} from './snapshot-wire.ts';

let clock: VirtualClock;
let ledger: TestLedger;
let asker: Transport;

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2030, 0, 1));
  const network = createMemoryNetwork({ clock });
  ledger = new TestLedger({ parameters: { snapshotInterval: 2 } });
  for (let n = 0; n < 5; n++) await ledger.act(ledger.founder, 'handle.register', { handle: `Mara ${n}` });
  const transport = network.transport('server');
  asker = network.transport('asker');
  const server = new SnapshotServer({ chain: ledger.chain, transport, clock, logger: silentLogger });
  server.start();
  await transport.start();
  await asker.start();
  await passed(asker.dial('/memory/server'));
});

/** Lets the network deliver meanwhile. */
async function passed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await clock.pass(10);
  return promise;
}

interface Conversation {
  readonly channel: Channel;
  ask(question: SnapshotWire, answers: number): Promise<SnapshotWire[]>;
  /** Whether the peer answered, closed, or broke the channel with a code. */
  ended(): Promise<string>;
}

async function converse(): Promise<Conversation> {
  const channel = await passed(asker.open('server', SNAPSHOT_PROTOCOL));
  const messages = channel.receive();
  const next = () => passed(messages.next());
  return {
    channel,
    async ask(question, answers) {
      await passed(channel.send(encodeSnapshotWire(question)));
      const heard: SnapshotWire[] = [];
      while (heard.length < answers) {
        const { value, done } = await next();
        if (done) break;
        heard.push(decodeSnapshotWire(value, ['piece', 'none', 'block', 'end']));
      }
      return heard;
    },
    async ended() {
      try {
        return (await next()).done ? 'closed' : 'answered';
      } catch (error) {
        return (error as { code: string }).code;
      }
    },
  };
}

test('[Q8] past blocks come newest first with their certificates, then the end', async () => {
  const { id } = ledger.origin;
  const { ask } = await converse();
  const heard = await ask(['past', id, 4], 5);
  const blocks = heard.filter((message) => message[0] === 'block');
  expect(heard.at(-1)).toEqual(['end']);
  expect(blocks.map(([, block]) => openBlock(block, ledger.chain.limits).header.height)).toEqual([
    4, 3, 2, 1,
  ]);
  expect(blocks.map(([, , , certificate]) => openCertificate(certificate!).kind)).toEqual(
    Array.from({ length: 4 }, () => 'finalise'),
  );
});

test('[Q8] parts that are not here are answered with none, and the channel continues', async () => {
  const { id } = ledger.origin;
  const { ask } = await converse();
  expect(await ask(['part', id, 3, 0], 1)).toEqual([['none']]);
  const [[name, bytes, more]] = (await ask(['part', id, 4, 0], 1)) as [SnapshotWire<'piece'>];
  expect([name, toHex(bytes), more]).toEqual(['piece', toHex(ledger.chain.snapshots.part(4, 0)!), false]);
});

test('[Q8] a request about another community, or one that is malformed, ends the channel', async () => {
  for (const bytes of [
    encodeSnapshotWire(['newest', sha256(ledger.origin.id)]),
    encodeCanonical(['newest']),
  ]) {
    const { channel, ended } = await converse();
    await passed(channel.send(bytes));
    expect(await ended()).toBe('channel-broken');
  }
});

test('[Q8] [FG3] a node answers 16 channels of one peer at a time', async () => {
  const open: Conversation[] = [];
  for (let n = 0; n < 17; n++) open.push(await converse());
  const asked = open.map(({ channel }) =>
    channel.send(encodeSnapshotWire(['part', ledger.origin.id, 3, 0])).catch(() => {}),
  );
  await clock.pass(10);
  await Promise.all(asked);
  const ends = [];
  for (const { ended } of open) ends.push(await ended());
  expect(ends).toEqual([...Array.from({ length: 16 }, () => 'answered'), 'channel-broken']);
});

test('[Q8] bytes are sent in pieces of at most 512 KiB', async () => {
  const sent: SnapshotWire[] = [];
  const channel = {
    send: async (bytes: Uint8Array) => void sent.push(decodeSnapshotWire(bytes, ['piece', 'none'])),
  } as unknown as Channel;
  await sendPieces(channel, new Uint8Array(PIECE_BYTES + 1));
  expect(sent.map((message) => [message[0], (message[1] as Uint8Array).length, message[2]])).toEqual([
    ['piece', 512 * 1024, true],
    ['piece', 1, false],
  ]);
});
