import { request } from 'node:http';
import type { Clock } from '../../kernel/clock.ts';
import { problem } from './problems.ts';

const DEADLINE_MS = 5000;
/** The largest answer; device descriptions of real routers have a few kilobytes. */
const MAX_BODY_BYTES = 128 * 1024;

/** A SOAP call; without one the request is a GET. */
interface Call {
  readonly action: string;
  readonly body: string;
}

interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP request on its own connection. Redirects are not followed. Unlike `fetch`, this keeps the case of
 * header names, which old routers expect.
 *
 * @throws Problem `router-silent` without a complete answer of at most 128 KiB within 5 s; the signal's
 * reason   if it aborts.
 */
export async function httpRequest(
  url: URL,
  call: Call | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  signal.throwIfAborted();
  const deadline = new AbortController();
  const cancelWait = clock.after(DEADLINE_MS, () => deadline.abort());
  try {
    return await send(url, call, AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    signal.throwIfAborted();
    throw problem('router-silent-http', {}, { cause: error });
  } finally {
    cancelWait();
  }
}

function send(url: URL, call: Call | null, signal: AbortSignal): Promise<HttpAnswer> {
  const headers = call && {
    'Content-Type': 'text/xml; charset="utf-8"',
    'Content-Length': Buffer.byteLength(call.body),
    SOAPAction: `"${call.action}"`,
  };
  return new Promise((resolve, reject) => {
    const options = { method: call ? 'POST' : 'GET', headers: headers ?? {}, agent: false, signal };
    const outgoing = request(url, options, async (answer) => {
      try {
        const chunks: Buffer[] = [];
        let sizeBytes = 0;
        for await (const chunk of answer as AsyncIterable<Buffer>) {
          sizeBytes += chunk.length;
          if (sizeBytes > MAX_BODY_BYTES) throw new Error('The answer is too long.');
          chunks.push(chunk);
        }
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      } catch (error) {
        outgoing.destroy();
        reject(error);
      }
    });
    outgoing.on('error', reject);
    outgoing.end(call?.body);
  });
}
