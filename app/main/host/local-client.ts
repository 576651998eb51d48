import { request } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { ENTRY_PATH } from './host.ts';

/** A running host accepts at once; one that is this late is stuck or starved. */
const CONNECT_TIMEOUT_MS = 15_000;

/**
 * Connects to the socket of a host. Resolves to an open WebSocket; to `failed` if nobody listens there, `silent` if
 * nobody answers. Only this user can listen there, so the host need not prove who it is.
 */
export async function openSocket(path: string): Promise<WebSocket | 'failed' | 'silent'> {
  const socket = new WebSocket('ws://localhost/api', { createConnection: () => connect(path) });
  const outcome = await new Promise<'open' | 'failed' | 'silent'>((resolve) => {
    const timer = setTimeout(() => resolve('silent'), CONNECT_TIMEOUT_MS);
    const settle = (how: 'open' | 'failed') => {
      clearTimeout(timer);
      resolve(how);
    };
    socket.once('open', () => settle('open'));
    // Later errors end the connection, which its users notice.
    socket.on('error', () => settle('failed'));
  });
  if (outcome === 'open') return socket;
  socket.terminate();
  return outcome;
}

/** A new address of the console, from the host that listens at a socket. Rejects with an Error if it does not answer. */
export function entryUrlFrom(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: path, path: ENTRY_PATH, method: 'POST', timeout: CONNECT_TIMEOUT_MS },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve(text.trim()));
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('The host does not answer.')));
    asked.on('error', reject).end();
  });
}
