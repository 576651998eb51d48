import type { AnyContractRouter } from '@orpc/contract';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { COMMUNITY_HEADER, type ServedContext } from '../../contract/index.ts';

/** A router that needs only its input and the context of a call to answer, so that any transport can serve it. */
export type ServedRouter = Router<AnyContractRouter, ServedContext>;

/** A message port of Node's worker_threads, of Electron's main and utility processes, or of a window. */
export type ServedPort = Parameters<RPCHandler<ServedContext>['upgrade']>[0] & { start?(): void };

type HandlerOptions = NonNullable<ConstructorParameters<typeof RPCHandler<ServedContext>>[1]>;

/** Takes the context of a call from its headers; for every handler that serves the contract. */
export const fromHeaders: Pick<HandlerOptions, 'rootInterceptors'> = {
  rootInterceptors: [
    ({ next, ...options }) => {
      const named = options.request.headers[COMMUNITY_HEADER];
      const { via } = options.context;
      const context = typeof named === 'string' ? { via, community: named } : { via };
      return next({ ...options, context });
    },
  ],
};

/** Answers calls that arrive over a message port of the desktop program, until the other side closes it. */
export function serveMessagePort(port: ServedPort, router: ServedRouter): void {
  new RPCHandler(router, fromHeaders).upgrade(port, { context: { via: 'shell' } });
  port.start?.();
}
