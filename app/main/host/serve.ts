import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { dataLayout } from '../node/data-directory.ts';
import type { ServedRouter } from '../node/serve-port.ts';
import { removeHostInfo, writeHostInfo } from './host-info.ts';
import { startHost, type Host, type HostInit } from './host.ts';
import type { Metric } from '../kernel/metric.ts';
import { loadToken } from './token.ts';
import { socketPath } from './socket-path.ts';

/** The interface of a running node that the host uses. */
export interface ServedNode {
  readonly router: ServedRouter;
  readonly logger: Logger;
  /** Resolves when the node stopped, also on a client's request. */
  readonly stopped: Promise<void>;
  healthy(): boolean;
  metrics(): readonly Metric[] | Promise<readonly Metric[]>;
  /** Adds a step that runs when the node has stopped and before another process can use its data. */
  onStop(step: () => Promise<void>): void;
  /** Drains and stops. Further calls have no effect. */
  stop(): Promise<void>;
}

export interface ServeOptions extends Pick<HostInit, 'port' | 'bind' | 'tls' | 'names'> {
  readonly dataDir: string;
}

export interface Serving {
  readonly host: Host;
  /** Resolves when the node has stopped and the host with it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a host for a node and writes the host's address for programs of this user. Stops the node if the
 * host cannot start.
 */
export async function serve(node: ServedNode, options: ServeOptions): Promise<Serving> {
  const layout = dataLayout(options.dataDir);
  const rendererDir = consoleDirectory();
  if (rendererDir === null) node.logger.warn('console-not-built');
  const host = await startServing(node, options, rendererDir);
  // A malformed message of one client must not end the node.
  const unheard = (reason: unknown) =>
    node.logger.error('unhandled-rejection', { reason: problemOf(reason).message });
  process.on('unhandledRejection', unheard);
  // While the node holds its lock: the next host has its address, socket and page at the same paths.
  node.onStop(async () => {
    await removeHostInfo(layout.hostInfo);
    await host.stop();
    await rm(layout.entryPage, { force: true });
    process.off('unhandledRejection', unheard);
  });
  return { host, ended: node.stopped, stop: () => node.stop() };
}

/** Starts the host and says where it is; if either fails, both host and node are stopped. */
async function startServing(
  node: ServedNode,
  options: ServeOptions,
  rendererDir: string | null,
): Promise<Host> {
  const layout = dataLayout(options.dataDir);
  let host: Host | null = null;
  try {
    const socket = await socketPath(layout.node);
    const metricsToken = await loadToken(layout.metricsToken);
    for (const left of [layout.entryPage, join(layout.node, 'host-token')]) await rm(left, { force: true });
    host = await startHost({
      ...options,
      socket,
      router: node.router,
      rendererDir,
      metricsToken,
      clock: systemClock,
      logger: node.logger,
      healthy: () => node.healthy(),
      metrics: () => node.metrics(),
    });
    const { port, url } = host;
    await writeHostInfo(layout.hostInfo, {
      pid: process.pid,
      port,
      url,
      socket,
      startedAt: systemClock.now(),
    });
    return host;
  } catch (error) {
    await host?.stop();
    await node.stop();
    throw error;
  }
}

/**
 * The folder of the built console: beside the bundle in a packaged program, in `dist` of a checkout; null if
 * it is not built.
 */
function consoleDirectory(): string | null {
  const places = [
    join(import.meta.dirname, '../renderer'),
    join(import.meta.dirname, '../../../dist/renderer'),
  ];
  return places.find((place) => existsSync(join(place, 'index.html'))) ?? null;
}
