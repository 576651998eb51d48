import { expect } from 'vitest';
import { type Logger } from '../kernel/logger.ts';
import { noQuota, type Quota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { memoryChunks } from '../platform/memory/chunks.ts';
import { TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { CHUNK_BYTES } from './manifest.ts';
import { createFiles } from './service.ts';
import { FileStore } from './store.ts';
import { FILES_PROTOCOL } from './wire.ts';

export const MAX = 16 * 1024 * 1024;

interface Options {
  sizeBytes?: number;
  fileBudgetBytes?: number;
  maxFileBytes?: number;
  quota?: Quota;
  logger?: Logger;
  mayGive?: () => Promise<boolean>;
}

export function filesOf(
  node: TestNode,
  { sizeBytes, fileBudgetBytes = 1e9, maxFileBytes = MAX, quota = noQuota, ...others }: Options = {},
) {
  const disk = memoryChunks(sizeBytes);
  const store = new FileStore({ ...node, disk, fileBudgetBytes: () => fileBudgetBytes, quota });
  const files = createFiles({
    ...node,
    ...others,
    quota,
    store,
    nodeName: () => node.name,
    maxFileBytes: () => maxFileBytes,
  });
  files.start();
  return { ...files, disk, store, row: (digest: Uint8Array) => store.row(digest) };
}

/** Bytes that differ for every seed. */
export function file(chunks: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(Math.floor(chunks * CHUNK_BYTES));
  for (let at = 0; at < bytes.length; at += 1024) bytes.set(sha256(Buffer.from(`${seed} ${at}`)), at);
  return bytes;
}

export async function community(...names: string[]) {
  const world = new TestCommunity();
  const nodes = await world.nodes(...names);
  return { world, clock: world.clock, nodes };
}

export const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
export const code = (value: string) => expect.objectContaining({ code: value });

/** A peer that accepts every handshake and then runs `act`. */
export function hostile(
  node: TestNode,
  act: (channel: Channel, messages: AsyncIterator<Uint8Array>) => Promise<void>,
) {
  node.transport.handle(FILES_PROTOCOL, async (channel) => {
    const messages = channel.receive();
    await messages.next();
    await channel.send(
      encodeMessage(sendHandshake({ ...node, nodeName: () => 'x' }, channel.peer, 'answerer')),
    );
    await messages.next();
    await act(channel, messages);
  });
}
