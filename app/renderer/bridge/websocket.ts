import { RPCLink } from '@orpc/client/websocket';
import { headersOf } from '../../contract/index.ts';
import type { CallContext } from '../../contract/index.ts';
import type { Carrier } from './connection.ts';

const TOKEN_KEY = 'impulse.token';
/** The close code with which a host rejects a token. */
export const CLOSE_DENIED = 4401;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Takes the bearer token out of the address (`#token=…`), keeps it for this tab and cleans the address, so
 * that the token does not end up in a bookmark or a screenshot.
 */
export function takeToken(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'state'> & { replaceState(state: unknown, title: string, url: string): void },
  storage: Pick<Storage, 'getItem' | 'setItem'>,
): string | null {
  const match = /^#(?:.*&)?token=([A-Za-z0-9_-]{16,200})/.exec(location.hash);
  if (match?.[1]) {
    storage.setItem(TOKEN_KEY, match[1]);
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  }
  return storage.getItem(TOKEN_KEY);
}

export interface WebSocketCarrierOptions {
  readonly url: string;
  readonly token: string | null;
  /** Creates the socket; the browser’s own unless a test passes another. */
  readonly socket?: (url: string, protocols: string[]) => WebSocket;
  /** Whether the host answers plain requests; tells a rejected token from a host that is down. */
  readonly alive?: () => Promise<boolean>;
}

const hostAnswers = async (): Promise<boolean> => {
  try {
    return (await fetch('/healthz', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
};

/**
 * Carries calls over a WebSocket, with the token as its subprotocol. Browsers do not report why a handshake
 * failed, so two failures in a row at a host that answers plain requests count as a rejected token.
 */
export function webSocketCarrier(options: WebSocketCarrierOptions): Carrier {
  const make = options.socket ?? ((url, protocols) => new WebSocket(url, protocols));
  const alive = options.alive ?? hostAnswers;
  let failedHandshakes = 0;
  return {
    open(on) {
      if (options.token === null) {
        queueMicrotask(() => on.closed('denied'));
        return { close() {} };
      }
      const socket = make(options.url, [`impulse.${options.token}`]);
      socket.binaryType = 'arraybuffer';
      const link = new RPCLink<CallContext>({
        websocket: socket,
        headers: ({ context }) => headersOf(context),
      });
      let opened = false;
      const timer = setTimeout(() => socket.close(), HANDSHAKE_TIMEOUT_MS);
      socket.addEventListener('open', () => {
        clearTimeout(timer);
        opened = true;
        failedHandshakes = 0;
        on.opened(link);
      });
      socket.addEventListener('close', (event) => {
        clearTimeout(timer);
        if (event.code === CLOSE_DENIED) return on.closed('denied');
        if (opened) return on.closed('lost');
        void alive().then((answers) => {
          failedHandshakes = answers ? failedHandshakes + 1 : 0;
          on.closed(failedHandshakes >= 2 ? 'denied' : 'lost');
        });
      });
      return { close: () => socket.close() };
    },
  };
}
