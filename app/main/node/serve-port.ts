import type { AnyContractRouter } from '@orpc/contract';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';

/** A router that needs only its input to answer, so that any transport can serve it. */
export type ServedRouter = Router<AnyContractRouter, Record<never, never>>;

/** A message port of Node's worker_threads, of Electron's main and utility processes, or of a window. */
export type ServedPort = Parameters<RPCHandler<Record<never, never>>['upgrade']>[0] & { start?(): void };

/** Answers calls that arrive over a message port, until the other side closes it. */
export function serveMessagePort(port: ServedPort, router: ServedRouter): void {
  new RPCHandler(router).upgrade(port, { context: {} });
  port.start?.();
}
