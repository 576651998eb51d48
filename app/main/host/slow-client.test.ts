import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { eventIterator, type ContractRouterClient } from '@orpc/contract';
import { implement } from '@orpc/server';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { base } from '../../contract/common.ts';
import { TestHosts } from './test-hosts.ts';
import { connectPage } from './test-page.ts';

const MIB = 1024 * 1024;
/** Far more than a client may leave unread, with what the system buffers. */
const TOO_MANY = 200;
/** Less than that. */
const FEW = 40;

const contract = {
  news: base
    .input(z.object({ count: z.number() }))
    .output(eventIterator(z.object({ n: z.number(), text: z.string() }))),
};
const os = implement(contract);

let told = 0;
let ended = Promise.withResolvers<void>();
const router = os.router({
  news: os.news.handler(async function* ({ input, signal }) {
    signal?.addEventListener('abort', () => ended.resolve(), { once: true });
    const text = 'x'.repeat(MIB);
    for (told = 0; told < input.count; told++) {
      yield { n: told, text };
      // As for news from elsewhere: the host has no say in when the next comes.
      await new Promise((resolve) => setImmediate(resolve));
    }
    ended.resolve();
  }),
});

const hosts = new TestHosts();
afterEach(async () => {
  await hosts.end();
  ended = Promise.withResolvers();
});

async function connected() {
  const socket = await connectPage(await hosts.start({ router }));
  const client: ContractRouterClient<typeof contract> = createORPCClient(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  );
  return { socket, client };
}

/** The numbers of the news until they end, in whatever way. */
async function read(news: AsyncIterable<{ n: number }>): Promise<number[]> {
  const numbers: number[] = [];
  try {
    for await (const { n } of news) numbers.push(n);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
  return numbers;
}

test('a client that does not read is cut off and sees so: no news is missing before the end', async () => {
  const { socket, client } = await connected();
  const news = await client.news({ count: TOO_MANY });
  socket.pause();
  await ended.promise;
  expect(told).toBeLessThan(TOO_MANY);
  const closed = once(socket, 'close');
  socket.resume();
  const numbers = await read(news);
  await closed;
  expect(numbers.length).toBeLessThan(TOO_MANY);
  expect(numbers).toEqual(numbers.map((_, index) => index));
});

test('a client that reads late gets all news', async () => {
  const { socket, client } = await connected();
  const news = await client.news({ count: FEW });
  socket.pause();
  await ended.promise;
  socket.resume();
  expect(await read(news)).toEqual(Array.from({ length: FEW }, (_, n) => n));
  socket.close();
});
