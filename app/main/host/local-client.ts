import { request } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { WebSocket } from 'ws';
import { ENTRY_PATH } from './host.ts';
import { isPrivate } from './socket-path.ts';

/** A running host accepts at once; one that is this late is stuck or starved. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Nothing in it needs an escape in HTML. */
const ADDRESS = /^https?:\/\/[A-Za-z0-9.:[\]-]+\/#code=[A-Za-z0-9_-]{43}$/;

/**
 * Connects to the socket of a host. Resolves to an open WebSocket; to `failed` if nobody of this user listens there,
 * `silent` if nobody answers. The host need not prove who it is: only this user can listen in a private folder.
 */
export async function openSocket(path: string): Promise<WebSocket | 'failed' | 'silent'> {
  if (!(await isPrivate(dirname(path)))) return 'failed';
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

/** A new address of the console, from the host that listens at a socket. Rejects with an Error if it gives none. */
export async function entryUrlFrom(path: string): Promise<string> {
  if (!(await isPrivate(dirname(path)))) throw new Error('The socket is not private.');
  return new Promise((resolve, reject) => {
    const options = { socketPath: path, path: ENTRY_PATH, method: 'POST', timeout: CONNECT_TIMEOUT_MS };
    const asked = request(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        const address = text.trim();
        if (answer.statusCode === 200 && ADDRESS.test(address)) resolve(address);
        else reject(new Error('The host gave no address.'));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error('The host does not answer.')));
    asked.on('error', reject).end();
  });
}
