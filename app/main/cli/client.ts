import { createORPCClient, type ClientLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { statSync } from 'node:fs';
import { clientOf, headersOf, type CallContext, type Client } from '../../contract/index.ts';
import { systemCode } from '../kernel/system-problems.ts';
import { readHostInfo } from '../host/host-info.ts';
import { openSocket } from '../host/local-client.ts';
import { dataLayout } from '../node/data-directory.ts';
import type { NodeConnector } from './node-connector.ts';
import { problem } from './problems.ts';

/** A link on which every call has the same context. */
const within = (link: ClientLink<CallContext>, context: CallContext): ClientLink<Record<never, never>> => ({
  call: (path, input, options) => link.call(path, input, { ...options, context }),
});

export interface OpenClient {
  readonly client: Client;
  /** Whether a running node answers; otherwise this process opened the data itself. */
  readonly running: boolean;
  /** Rejects with a Problem `node-lost` if the node goes away; otherwise stays pending. */
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

/** How a node is opened if none runs. */
export interface Opening {
  /** Does not use the network. */
  readonly offline: boolean;
  /** Makes a node if there is none yet; otherwise a mistyped directory is reported as such. */
  readonly mayMake: boolean;
}

/**
 * A client for the node of a data directory: of the running host, or else of the data itself, opened under
 * its lock.
 * @throws Problem `data-in-use` if another program holds the data and no host answers, `no-node` if nothing
 * was ever made there, `data-forbidden` if this user may not look there, `unreachable` if the running host does not answer.
 */
export async function openClient(
  dataDir: string,
  connector: NodeConnector,
  { offline, mayMake }: Opening,
): Promise<OpenClient> {
  const running = await connectToHost(dataDir);
  if (running) return running;
  const { keys, lock } = dataLayout(dataDir);
  if (!mayMake && !isThere(keys, dataDir) && !isThere(lock, dataDir)) {
    throw problem('no-node', { path: dataDir });
  }
  const node = await connector.openNode({ dataDir, offline });
  return {
    client: node.client,
    running: false,
    lost: new Promise<never>(() => {}),
    close: () => node.stop(),
  };
}

/** Whether a file of a data directory exists. Throws a Problem `data-forbidden` if this user may not know. */
function isThere(file: string, dataDir: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EACCES' || code === 'EPERM') throw problem('data-forbidden', { path: dataDir });
    throw error;
  }
}

/**
 * A client of the host that runs for this data directory, or null if none runs.
 * @throws Problem `unreachable` if something listens there and does not answer.
 */
export async function connectToHost(dataDir: string): Promise<OpenClient | null> {
  const info = await readHostInfo(dataLayout(dataDir).hostInfo);
  if (!info) return null;
  const socket = await openSocket(info.socket);
  if (socket === 'failed') return null;
  if (socket === 'silent') throw problem('unreachable', { path: dataDir });
  const link = new RPCLink<CallContext>({ websocket: socket, headers: ({ context }) => headersOf(context) });
  const client = clientOf((context) => createORPCClient(within(link, context)));
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve(), { once: true });
  });
  let closing = false;
  const lost = closed.then((): Promise<never> => {
    if (closing) return new Promise<never>(() => {});
    throw problem('node-lost');
  });
  lost.catch(() => {}); // reported through `lost` to those who wait
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
