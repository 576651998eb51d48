import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { problem } from './problems.ts';

/** The default port of the host. */
const DEFAULT_PORT = 7340;
/** Ports tried in a row if none was requested. */
const TRIES = 20;

/**
 * Binds the server and returns its port. A requested port is used or refused; with null the default port or
 * the next free one is used.
 *
 * @throws Problem `port-taken`, `bind-failed`.
 */
export async function listen(server: Server, asked: number | null, bind: string): Promise<number> {
  const first = asked ?? DEFAULT_PORT;
  const last = asked === null ? first + TRIES - 1 : first;
  for (let port = first; port <= last; port += 1) {
    server.listen({ port, host: bind, exclusive: true });
    try {
      await once(server, 'listening');
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw bindFailed(bind, port, error);
    }
  }
  throw asked === null
    ? problem('ports-taken', { first, last, bind })
    : problem('port-taken', { port: first, bind });
}

/**
 * Binds the server to a socket file or a named pipe. The file of a killed host is replaced: the lock of the data directory
 * is held.
 *
 * @throws Problem `socket-failed`.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  try {
    if (process.platform !== 'win32') await rm(path, { force: true });
    server.listen({ path });
    await once(server, 'listening');
    if (process.platform !== 'win32') await chmod(path, 0o600);
  } catch (cause) {
    throw problem(
      'socket-failed',
      { path, reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

const bindFailed = (bind: string, port: number, cause: unknown) =>
  problem(
    'bind-failed',
    { bind, port, reason: cause instanceof Error ? cause.message : String(cause) },
    { cause },
  );
