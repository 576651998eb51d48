import { parentPort, workerData } from 'node:worker_threads';
import { gatherInMemory } from './memory-blob.ts';
import { runInBackground } from '../threads/background.ts';
import { parseMail } from './parse.ts';
import type { ParseReply, ParseRequest, WorkerStart } from './wire.ts';

runInBackground();
gatherInMemory();
const port = parentPort;
if (port === null) throw new Error('The mail parser runs as a worker thread only.');
const { finished } = workerData as WorkerStart;

port.on('message', (request: ParseRequest) => {
  void answer(request);
});

async function answer(request: ParseRequest): Promise<void> {
  Atomics.store(finished, 0, 0);
  const reply: ParseReply = { id: request.id, results: [] };
  const transfer: ArrayBuffer[] = [];
  let at = 0;
  for (const length of request.lengths) {
    const result = await parseMail(request.bytes.subarray(at, at + length));
    at += length;
    if (result.ok) {
      for (const { bytes } of result.message.attachments) {
        // A buffer can be transferred only once, and two parts could share one if the library reused it.
        if (bytes.buffer instanceof ArrayBuffer && !transfer.includes(bytes.buffer))
          transfer.push(bytes.buffer);
      }
    }
    reply.results.push(result);
    Atomics.add(finished, 0, 1);
  }
  port?.postMessage(reply, transfer);
}
