import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { eventIterator, type ContractRouterClient } from '@orpc/contract';
import { implement } from '@orpc/server';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { base } from '../../contract/common.ts';
import { serveMessagePort } from '../node/serve-port.ts';
import { startHost } from './host.ts';
import { plainHost } from './test-hosts.ts';
import { pageSocket } from './test-page.ts';

const contract = {
  greet: base.input(z.object({ name: z.string().min(1) })).output(z.object({ text: z.string() })),
  fail: base.input(z.object({})).output(z.object({})),
  size: base
    .input(z.object({ file: z.file() }))
    .output(z.object({ name: z.string(), sizeBytes: z.number() })),
  count: base.input(z.object({ to: z.number() })).output(eventIterator(z.object({ n: z.number() }))),
  forever: base.input(z.object({})).output(eventIterator(z.object({ n: z.number() }))),
};
type TinyClient = ContractRouterClient<typeof contract>;

/** Resolves when a client ended its subscription of `forever`. */
let ended = Promise.withResolvers<void>();
const os = implement(contract);
const router = os.router({
  greet: os.greet.handler(({ input }) => ({ text: `Hello ${input.name}` })),
  fail: os.fail.handler(({ errors }) => {
    throw errors.PROBLEM({
      data: { code: 'full', message: 'The disk is full.', remedy: 'Free some space.' },
    });
  }),
  size: os.size.handler(({ input }) => ({ name: input.file.name, sizeBytes: input.file.size })),
  count: os.count.handler(async function* ({ input }) {
    for (let n = 1; n <= input.to; n += 1) yield { n };
  }),
  forever: os.forever.handler(async function* ({ signal }) {
    yield { n: 0 };
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    ended.resolve();
  }),
});

interface Carried {
  readonly client: TinyClient;
  close(): Promise<void>;
}

function overPort(): Promise<Carried> {
  const { port1, port2 } = new MessageChannel();
  serveMessagePort(port1, router);
  const client: TinyClient = createORPCClient(new PortLink({ port: port2 }));
  port2.start();
  return Promise.resolve({
    client,
    close() {
      port2.close();
      return Promise.resolve();
    },
  });
}

async function overSocket(): Promise<Carried> {
  const host = await startHost({ ...plainHost, router });
  const socket = new WebSocket(...(await pageSocket(host)));
  const client: TinyClient = createORPCClient(new SocketLink({ websocket: socket }));
  return {
    client,
    async close() {
      socket.close();
      await host.stop();
    },
  };
}

let carried: Carried | null = null;
afterEach(async () => {
  await carried?.close();
  carried = null;
  ended = Promise.withResolvers<void>();
});

describe.each([
  ['a message port', overPort],
  ['a WebSocket', overSocket],
])('the contract over %s', (_name, open) => {
  test('answers concurrent calls', async () => {
    carried = await open();
    const { client } = carried;
    const names = Array.from({ length: 50 }, (_, index) => `caller ${index}`);
    const answers = await Promise.all(names.map((name) => client.greet({ name })));
    expect(answers.map(({ text }) => text)).toEqual(names.map((name) => `Hello ${name}`));
  });

  test('refuses input that breaks the schema', async () => {
    carried = await open();
    await expect(carried.client.greet({ name: '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('carries a problem with its remedy', async () => {
    carried = await open();
    await expect(carried.client.fail({})).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'full', remedy: 'Free some space.' },
    });
  });

  test('carries a file', async () => {
    carried = await open();
    const file = new File([new Uint8Array(1_000_000)], 'picture.png', { type: 'image/png' });
    expect(await carried.client.size({ file })).toEqual({ name: 'picture.png', sizeBytes: 1_000_000 });
  });

  test('delivers a subscription in order and to its end', async () => {
    carried = await open();
    const seen: number[] = [];
    for await (const { n } of await carried.client.count({ to: 20 })) seen.push(n);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('ends a subscription on the node when the client ends it', async () => {
    carried = await open();
    for await (const _ of await carried.client.forever({})) break;
    await ended.promise;
  });

  test('ends a subscription on the node when the connection closes', async () => {
    carried = await open();
    const events = await carried.client.forever({});
    await events.next();
    await carried.close();
    carried = null;
    await ended.promise;
  });
});
