import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { startHost, type Host, type HostInit } from './host.ts';

/** A host without pages and procedures, on any free port. */
export const plainHost: HostInit = {
  router: {},
  rendererDir: null,
  port: 0,
  metricsToken: 'A'.repeat(42) + 'B',
  clock: systemClock,
  logger: silentLogger,
};

/** The hosts of one test. */
export class TestHosts {
  readonly #running = new Set<Host>();

  /** A plain host with these changes. */
  async start(changes: Partial<HostInit>): Promise<Host> {
    const host = await startHost({ ...plainHost, ...changes });
    this.#running.add(host);
    return host;
  }

  async stop(host: Host): Promise<void> {
    this.#running.delete(host);
    await host.stop();
  }

  /** Stops all hosts. */
  async end(): Promise<void> {
    const hosts = [...this.#running];
    this.#running.clear();
    await Promise.all(hosts.map((host) => host.stop()));
  }
}
