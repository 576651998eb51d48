import { RPCLink } from '@orpc/client/message-port';
import { headersOf } from '../../contract/index.ts';
import type { CallContext } from '../../contract/index.ts';
import type { Carrier } from './connection.ts';

const READY = 'impulse:ready';
const PORT = 'impulse:port';

/**
 * Carries calls over the message port that the preload script hands to this window. After a restart of the
 * node process, the shell sends a new port, which ends the old one.
 */
export function portCarrier(target: Window): Carrier {
  return {
    open(on) {
      let port: MessagePort | null = null;
      const receive = (event: MessageEvent) => {
        if (event.source !== target || event.data !== PORT) return;
        const next = event.ports[0];
        if (next === undefined) return;
        if (port !== null) {
          end();
          return;
        }
        port = next;
        const link = new RPCLink<CallContext>({ port, headers: ({ context }) => headersOf(context) });
        port.addEventListener('close', end);
        port.start();
        on.opened(link);
      };
      const end = () => {
        close();
        on.closed('lost');
      };
      const close = () => {
        target.removeEventListener('message', receive);
        port?.removeEventListener('close', end);
        port?.close();
      };
      target.addEventListener('message', receive);
      target.postMessage(READY, '*');
      return { close };
    },
  };
}
