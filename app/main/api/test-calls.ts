import { createRouterClient, type AnyRouter, type RouterClient } from '@orpc/server';
import { silentLogger } from '../kernel/logger.ts';
import { implementContract, type Api } from './procedures.ts';

/** Calls the procedures of a feature as a page does, in a community that stays open. `changed` is told of changes. */
export function callsOf<R extends AnyRouter>(
  make: (api: Api) => R,
  { changed = () => {}, signal }: { changed?: () => void; signal?: AbortSignal } = {},
): RouterClient<R> {
  const within = { services: {}, changed, repairing: <T>(work: () => Promise<T>) => work() };
  const closed = signal ?? new AbortController().signal;
  const { community } = implementContract({
    logger: silentLogger,
    open: () => Promise.resolve({ within, closed, release() {} }),
  });
  const client: unknown = createRouterClient(make(community), {
    context: { via: 'browser', community: 'here' },
  } as never);
  return client as RouterClient<R>;
}
