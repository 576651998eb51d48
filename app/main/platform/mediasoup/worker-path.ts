import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The version whose worker this program speaks to: the messages between them change with every version. */
export const MEDIASOUP_VERSION = '3.27.1';

/** Where a process runs, as far as it matters for the place of the worker. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The person's home folder; null if they have none. */
  readonly home: string | null;
  /** The resources of a packaged program; null in a checkout. */
  readonly resources: string | null;
}

/** The file name of the worker. */
export const workerName = (platform: NodeJS.Platform): string =>
  platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker';

/**
 * Where `npm run worker` keeps the worker: a folder for each version and platform below the person's caches, which
 * outlives `node_modules`. Null if the person has no folder for caches.
 */
export function cachedWorker({ env, platform, arch, home }: Omit<Surroundings, 'resources'>): string | null {
  const caches = cachesOf(env, platform, home);
  if (caches === null) return null;
  return join(
    caches,
    'impulse-console',
    `mediasoup-worker-${MEDIASOUP_VERSION}-${platform}-${arch}`,
    workerName(platform),
  );
}

function cachesOf(env: Surroundings['env'], platform: NodeJS.Platform, home: string | null): string | null {
  const named = env[platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME'];
  if (named) return named;
  if (home === null) return null;
  if (platform === 'win32') return join(home, 'AppData', 'Local');
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

/**
 * The worker that this process may start, or null: the one that MEDIASOUP_WORKER_BIN names, that of the packaged
 * program, or the one that `npm run worker` fetched or built. Cheap enough to ask before every call.
 */
export function findWorker(surroundings: Surroundings): string | null {
  const { env, platform, resources } = surroundings;
  const named = env['MEDIASOUP_WORKER_BIN'];
  if (named) return existsSync(named) ? named : null;
  const places = [
    resources === null ? null : join(resources, workerName(platform)),
    cachedWorker(surroundings),
  ];
  return places.find((place) => place !== null && existsSync(place)) ?? null;
}
