import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { readFile } from 'node:fs/promises';
import type { Client } from '../../contract/index.ts';
import { Problem } from '../kernel/errors.ts';
import { readHostInfo } from '../host/host-info.ts';
import { dataLayout } from '../node/data-directory.ts';
import type { NodeDoors } from './doors.ts';

const CONNECT_TIMEOUT_MS = 5000;

export interface OpenClient {
  readonly client: Client;
  /** Whether a running node answers; else this process opened the data itself. */
  readonly running: boolean;
  /** Rejects with a Problem `node-lost` when the node goes away in the middle; else stays open. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

/**
 * A client for the node of a data directory: of the host that runs, or else of the data itself, opened
 * under its lock.
 *
 * @param offline whether a node opened here leaves the network alone.
 * @throws Problem `data-in-use` when another program holds the data and no host answers.
 */
export async function openClient(dataDir: string, doors: NodeDoors, offline = true): Promise<OpenClient> {
  const running = await connectToHost(dataDir);
  if (running) return running;
  const node = await doors.openNode({ dataDir, offline });
  return {
    client: node.client,
    running: false,
    lost: new Promise<never>(() => {}),
    close: () => node.stop(),
  };
}

/** A client of the host that runs for this data directory, or null where none answers. */
export async function connectToHost(dataDir: string): Promise<OpenClient | null> {
  const layout = dataLayout(dataDir);
  const info = await readHostInfo(layout.hostInfo);
  if (!info) return null;
  const token = (await readFile(layout.hostToken, 'utf8').catch(() => '')).trim();
  if (token === '') return null;
  const socket = new WebSocket(`${info.url.replace(/^http/, 'ws')}/api`, [`impulse.${token}`]);
  const outcome = await new Promise<'open' | 'failed'>((resolve) => {
    const timer = setTimeout(() => resolve('failed'), CONNECT_TIMEOUT_MS);
    const settle = (how: 'open' | 'failed') => {
      clearTimeout(timer);
      resolve(how);
    };
    socket.addEventListener('open', () => settle('open'), { once: true });
    socket.addEventListener('error', () => settle('failed'), { once: true });
  });
  if (outcome === 'failed') {
    socket.close();
    return null;
  }
  const client: Client = createORPCClient(new RPCLink({ websocket: socket }));
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });
  let closing = false;
  const lost = closed.then((): Promise<never> => {
    if (closing) return new Promise<never>(() => {});
    throw new Problem(
      'node-lost',
      'The node went away before it answered.',
      'Start it again with “impulse serve”; what it had stored is safe.',
    );
  });
  lost.catch(() => {}); // told to those who wait for it
  return {
    client,
    running: true,
    lost,
    close() {
      closing = true;
      socket.close();
      return closed;
    },
  };
}
