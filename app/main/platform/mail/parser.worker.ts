import { parentPort, workerData } from 'node:worker_threads';
import { runInBackground } from '../threads/background.ts';
import { outlineMessage, parseMessage, parseRaw } from './parse.ts';
import type { ParseReply, ParseRequest, ParseResult, Work, WorkerStart } from './wire.ts';

runInBackground();
const port = parentPort;
if (port === null) throw new Error('The mail parser runs as a worker thread only.');
const { finished } = workerData as WorkerStart;

port.on('message', (request: ParseRequest) => {
  void answer(request);
});

async function answer(request: ParseRequest): Promise<void> {
  Atomics.store(finished, 0, 0);
  const reply: ParseReply = { id: request.id, results: [] };
  let at = 0;
  for (const length of request.lengths) {
    reply.results.push(await resultOf(request.work, request.bytes.subarray(at, at + length)));
    at += length;
    Atomics.add(finished, 0, 1);
  }
  port?.postMessage(reply, buffersOf(reply.results, request.bytes.buffer));
}

function resultOf(work: Work, bytes: Uint8Array): Promise<ParseResult> {
  if (work.kind === 'outline') return outlineMessage(work.form, bytes);
  return work.kind === 'parse' ? parseMessage(work.form, bytes) : parseRaw(bytes, work.reason);
}

/** The buffers of large attachments, to be handed over; a piece of the request's own buffer is copied. */
function buffersOf(results: readonly ParseResult[], shared: ArrayBufferLike): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const result of results) {
    if (!result.ok || 'outline' in result) continue;
    for (const { bytes } of result.message.attachments) {
      const owns = bytes.byteLength === bytes.buffer.byteLength;
      if (owns && bytes.buffer !== shared && bytes.buffer instanceof ArrayBuffer) buffers.add(bytes.buffer);
    }
  }
  return [...buffers];
}
