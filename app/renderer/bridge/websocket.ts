import { RPCLink } from '@orpc/client/websocket';
import { headersOf } from '../../contract/index.ts';
import type { CallContext } from '../../contract/index.ts';
import type { Carrier } from './connection.ts';
import type { PageSession } from './page-session.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;

export interface WebSocketCarrierOptions {
  readonly url: string;
  readonly session: Pick<PageSession, 'subprotocol'>;
  /** Creates the socket; the browser’s own unless a test passes another. */
  readonly socket?: (url: string, protocols: string[]) => WebSocket;
}

/** Carries calls over a WebSocket, after host and page have proved to each other that they share a session. */
export function webSocketCarrier({
  url,
  session,
  socket: make = browserSocket,
}: WebSocketCarrierOptions): Carrier {
  return {
    open(on) {
      let socket: WebSocket | null = null;
      let isClosed = false;
      void session.subprotocol().then((answer) => {
        if (isClosed) return on.closed('lost');
        if ('refused' in answer) return on.closed(answer.refused);
        socket = opened(make(url, [answer.protocol]), on);
      });
      return {
        close() {
          isClosed = true;
          socket?.close();
        },
      };
    },
  };
}

const browserSocket = (url: string, protocols: string[]) => new WebSocket(url, protocols);

function opened(socket: WebSocket, on: Parameters<Carrier['open']>[0]): WebSocket {
  socket.binaryType = 'arraybuffer';
  const link = new RPCLink<CallContext>({
    websocket: socket,
    headers: ({ context }) => headersOf(context),
  });
  const timer = setTimeout(() => socket.close(), HANDSHAKE_TIMEOUT_MS);
  socket.addEventListener('open', () => {
    clearTimeout(timer);
    on.opened(link);
  });
  socket.addEventListener('close', () => {
    clearTimeout(timer);
    on.closed('lost');
  });
  return socket;
}
