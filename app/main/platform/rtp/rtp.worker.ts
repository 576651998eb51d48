import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { parentPort, Worker } from 'node:worker_threads';
import { MASTER_BYTES, SrtpSender } from './srtp.ts';
import { Stream, TICK_MS } from './stream.ts';
import { Tally } from './tally.ts';
import type { Answer, Counts, Opened, Order } from './wire.ts';

const LOOPBACK = '127.0.0.1';
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** The most ticks that are made up after a pause of the thread. */
const MOST_LATE = 10;

/** A synthetic participant. */
interface Line {
  readonly sending: Socket;
  readonly receiving: Socket | null;
  readonly srtp: SrtpSender;
  readonly tally: Tally;
  readonly streams: Stream[];
  /** Of the SFU; 0 until it is known. */
  port: number;
  talks: boolean;
}

const lines = new Map<number, Line>();
let sent = 0;
/** Of participants that have left. */
let past = { received: 0, lost: 0 };
let sinkPort: Promise<number> | null = null;

function bound(receiveBuffer: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBuffer });
  return new Promise((resolve, reject) => {
    socket.once('error', reject).bind(0, LOOPBACK, () => {
      socket.off('error', reject).on('error', () => {});
      resolve(socket);
    });
  });
}

/** The port of a socket that nobody reads, so that the system discards what comes. */
function sink(): Promise<number> {
  const worker = new Worker(new URL('./sink.worker.ts', import.meta.url));
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

async function open(line: number, counted: boolean): Promise<Opened> {
  const key = randomBytes(MASTER_BYTES);
  const sending = await bound(RECEIVE_BUFFER);
  const receiving = counted ? await bound(RECEIVE_BUFFER) : null;
  const tally = new Tally();
  receiving?.on('message', (packet) => tally.take(packet));
  lines.set(line, {
    sending,
    receiving,
    srtp: new SrtpSender(key),
    tally,
    streams: [],
    port: 0,
    talks: false,
  });
  return {
    sendPort: sending.address().port,
    receivePort: receiving?.address().port ?? (await (sinkPort ??= sink())),
    masterKey: key.toString('base64'),
  };
}

function counts(): Counts {
  let { received, lost } = past;
  for (const { tally } of lines.values()) {
    const own = tally.counts();
    received += own.received;
    lost += own.lost;
  }
  return { sent, received, lost };
}

function close(line: number): void {
  const known = lines.get(line);
  if (!known) return;
  const { received, lost } = known.tally.counts();
  past = { received: past.received + received, lost: past.lost + lost };
  lines.delete(line);
  known.sending.close();
  known.receiving?.close();
}

function tick(number: number): void {
  for (const { sending, srtp, streams, port, talks } of lines.values()) {
    if (port === 0) continue;
    for (const stream of streams) {
      for (const { header, payload, rollover } of stream.due(number, talks)) {
        sending.send(srtp.protect(header, payload, rollover), port, LOOPBACK);
        sent++;
      }
    }
  }
}

async function carryOut(order: Exclude<Order, { t: 'open' | 'counts' }>): Promise<void> {
  if (order.t === 'close') return close(order.line);
  const line = lines.get(order.line);
  if (!line) return;
  if (order.t === 'reach') line.port = order.port;
  else if (order.t === 'talk') line.talks = order.on;
  else line.streams.push(new Stream(order.ssrc, order.kind, randomBytes(2).readUInt16BE()));
}

async function answer(order: Order): Promise<Answer | null> {
  if (order.t === 'counts') return { id: order.id, counts: counts() };
  if (order.t === 'open') {
    try {
      return { id: order.id, opened: await open(order.line, order.counted) };
    } catch (error) {
      return { id: order.id, failed: error instanceof Error ? error.message : String(error) };
    }
  }
  await carryOut(order);
  return null;
}

parentPort!.on('message', (order: Order) => {
  void answer(order).then((reply) => {
    if (reply !== null) parentPort!.postMessage(reply);
  });
});

const startedAt = performance.now();
let done = 0;
setInterval(() => {
  const now = Math.floor((performance.now() - startedAt) / TICK_MS);
  // After a long pause the packets of the gap are left out: a burst of them would measure nothing.
  done = Math.max(done, now - MOST_LATE);
  while (done < now) tick(++done);
}, TICK_MS / 2);
