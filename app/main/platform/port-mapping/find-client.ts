import { sleep } from '../../kernel/clock.ts';
import { natPmpClient, pcpClient, type Nonces } from './mapping-clients.ts';
import { isSilence, type Line, type RouterClient } from './router.ts';
import { findUpnpClient } from './upnp-client.ts';
import { problem } from './problems.ts';

/** How long UPnP delays its first mapping, so that it does not compete with a quick PCP or NAT-PMP. */
const HEAD_START_MS = 1000;

/** Maps the wanted ports with a client; rejects if the router mapped none. */
type MapAll<Mapped> = (client: RouterClient, signal: AbortSignal) => Promise<Mapped>;

/**
 * Finds a protocol in which the router maps ports: PCP, then NAT-PMP, with UPnP in parallel. The first that
 * maps a port wins, and the others are aborted.
 *
 * @param mapAll maps the wanted ports with a client.
 * @throws Problem `router-refused` if any protocol was answered, else `router-silent`.
 */
export async function findClient<Mapped>(
  line: Line,
  nonces: Nonces,
  mapAll: MapAll<Mapped>,
  signal: AbortSignal,
): Promise<{ readonly client: RouterClient; readonly mapped: Mapped }> {
  const won = new AbortController();
  const running = AbortSignal.any([signal, won.signal]);
  const tryOut = async (client: RouterClient) => ({ client, mapped: await mapAll(client, running) });

  const byMappingPort = (async () => {
    try {
      return await tryOut(pcpClient(line, nonces));
    } catch (error) {
      running.throwIfAborted();
      return tryOut(natPmpClient(line)).catch((next) => Promise.reject(isSilence(next) ? error : next));
    }
  })();
  const byUpnp = (async () => {
    const client = await findUpnpClient(line, running);
    const settled = byMappingPort.then(
      () => won.abort(),
      () => {},
    );
    await Promise.race([settled, sleep(line.clock, HEAD_START_MS, running)]);
    running.throwIfAborted();
    return tryOut(client);
  })();

  try {
    return await Promise.any([byMappingPort, byUpnp]);
  } catch (error) {
    signal.throwIfAborted();
    const failures: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    throw failures.find((failure) => !isSilence(failure)) ?? failures[0] ?? problem('router-silent');
  } finally {
    won.abort();
  }
}
