import { spawn } from 'node:child_process';
import type { types } from 'mediasoup';
import type { Logger } from '../../kernel/logger.ts';
import type { SfuOptions } from '../../calls/ports.ts';
import { problem } from './problems.ts';

/** A running worker process with its sockets. */
export interface WorkerProcess {
  readonly worker: types.Worker;
  /** One UDP and one TCP port for all participants of the worker. */
  readonly server: types.WebRtcServer;
}

/** The variables of the environment that the worker process keeps; they hold no secrets. */
const KEPT = ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TZ'];
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Limits of a worker process, set on Linux: it writes no files and no dump of its memory, which holds the keys of calls;
 * 4 GiB of addresses are ten times what a room of 100 takes.
 */
const LIMITS = ['--fsize=0', '--core=0', '--as=4294967296'];

/**
 * Starts a worker and binds its ports.
 *
 * @param port of UDP and TCP; with 0, the system chooses.
 * @throws Problem `worker-broken`, `media-address`.
 */
export async function startWorker(
  createWorker: typeof import('./library.ts').createWorker,
  bin: string,
  port: number,
  listen: SfuOptions['listen'],
  logger: Logger,
): Promise<WorkerProcess> {
  const worker = await isolated(() => createWorker({ workerBin: bin, logLevel: 'warn' })).catch(
    (error: unknown) => {
      throw problem('worker-broken', { reason: reasonOf(error) }, { cause: error });
    },
  );
  limit(worker.pid, logger);
  try {
    return { worker, server: await worker.createWebRtcServer({ listenInfos: listenInfos(listen, port) }) };
  } catch (error) {
    worker.close();
    const address = listen.map(({ ip }) => (port === 0 ? ip : `${ip}, port ${port}`)).join('; ');
    throw problem('media-address', { address, reason: reasonOf(error) }, { cause: error });
  }
}

function listenInfos(listen: SfuOptions['listen'], port: number): types.TransportListenInfo[] {
  return listen.flatMap(({ ip, announced }) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      ip,
      // Members on the same network reach the inner address, whether or not the router turns them around.
      ...(announced === undefined ? {} : { announcedAddress: announced, exposeInternalIp: true }),
      ...(port === 0 ? {} : { port }),
    })),
  );
}

/**
 * Runs `start`, which spawns the process before it returns, such that the process inherits nothing: mediasoup hands the whole
 * environment on. Its handlers of signals are removed too: they would end calls before the node has said goodbye.
 */
function isolated<T>(start: () => T): T {
  const environment = process.env;
  const known = new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]));
  process.env = Object.fromEntries(
    KEPT.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]),
  );
  try {
    return start();
  } finally {
    process.env = environment;
    for (const [signal, before] of known) {
      for (const listener of process.listeners(signal)) {
        if (!before.has(listener)) process.removeListener(signal, listener);
      }
    }
  }
}

function limit(pid: number, logger: Logger): void {
  if (process.platform !== 'linux') return;
  const limiting = spawn('prlimit', ['--pid', String(pid), ...LIMITS], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  });
  limiting.once('error', (error) => logger.debug('media-worker-unlimited', { reason: error.message }));
  limiting.once('exit', (code) => {
    if (code !== 0) logger.debug('media-worker-unlimited', { code });
  });
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 200);
