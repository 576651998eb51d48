import { join, resolve } from 'node:path';
import { startHost, type Host } from '../app/main/host/host.ts';
import { systemClock } from '../app/main/kernel/clock.ts';
import { silentLogger } from '../app/main/kernel/logger.ts';

const rendererDir = join(resolve(import.meta.dirname, '..'), 'dist', 'renderer');

/** Serves the console without a node behind it; with `?fake=` it shows sample data of its own. */
export const sampleHost = (): Promise<Host> =>
  startHost({
    router: {},
    rendererDir,
    port: 0,
    metricsToken: 'A'.repeat(43),
    clock: systemClock,
    logger: silentLogger,
  });
