import { once } from 'node:events';
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

const bindFailed = (bind: string, port: number, cause: unknown) =>
  problem(
    'bind-failed',
    { bind, port, reason: cause instanceof Error ? cause.message : String(cause) },
    { cause },
  );
