import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../../kernel/clock.ts';
import type { Router } from './router.ts';
import { problem } from './problems.ts';

/**
 * Waits after each transmission; then the router counts as silent. RFC 6886 section 3.1 also starts with 250
 * ms.
 */
const WAITS_MS = [250, 500, 1000];

/**
 * Sends a request to the router's mapping port until it is answered. The socket is connected, so the kernel
 * drops packets from other addresses and ports.
 *
 * @param read parses an answer; null for bytes to ignore.
 * @throws Problem `router-silent` after 1.75 s without an answer, or at once when the port is closed; the
 *   signal's reason when it aborts.
 */
export async function exchange<Answer>(
  router: Router,
  request: Uint8Array,
  read: (bytes: Uint8Array) => Answer | null,
  clock: Clock,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const socket = await connectedSocket(router);
  let cancelWait = () => {};
  let onAbort = () => {};
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const silent = (cause?: unknown) =>
        reject(problem('router-silent-port', { port: router.mappingPort }, { cause }));
      const send = (attempt: number) => {
        const waitMs = WAITS_MS[attempt];
        if (waitMs === undefined) return silent();
        socket.send(request, (error) => error && silent(error));
        cancelWait = clock.after(waitMs, () => send(attempt + 1));
      };
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) return onAbort();
      socket.on('error', silent);
      socket.on('message', (bytes) => {
        const answer = read(bytes);
        if (answer !== null) resolve(answer);
      });
      send(0);
    });
  } finally {
    cancelWait();
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}

/**
 * This machine's address towards the router. No packet is sent.
 *
 * @throws Problem `router-silent` if there is no route.
 */
export async function localAddressTowards(router: Router): Promise<string> {
  const socket = await connectedSocket(router);
  try {
    return socket.address().address;
  } finally {
    socket.close();
  }
}

function connectedSocket(router: Router): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const fail = (error: unknown) => {
      socket.close();
      reject(problem('router-silent-address', { address: router.address }, { cause: error }));
    };
    socket.once('error', fail);
    socket.connect(router.mappingPort, router.address, () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
