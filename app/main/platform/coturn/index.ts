import { access, constants, mkdir, readFile, writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManagedRelay, RelayOptions, RelayStatus } from '../../calls/ports.ts';
import { sleep, type Clock, type Random } from '../../kernel/clock.ts';
import { problemOf, type Problem, type ProblemFields } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { configuration, pidFile, relayAddresses, relayUrls } from './configuration.ts';
import { answersStun, isFree } from './probe.ts';
import { problem } from './problems.ts';
import { endLeftover, startTurnserver, type TurnProcess } from './process.ts';

export { findTurnserver } from './find.ts';

const FIRST_REST_MS = 1000;
const LONGEST_REST_MS = 60_000;
/** A relay that ran so long starts again with the shortest rest. */
const HEALTHY_MS = 60_000;
/** How long it may take until the relay answers first, and how often it is asked meanwhile. */
const START_MS = 10_000;
const ASK_MS = 200;
/** How often a running relay is asked, how long it may take, and how many silences mean that it hangs. */
const CHECK_MS = 15_000;
const ANSWER_MS = 2000;
const MOST_SILENCES = 3;
const SECRET_BYTES = 32;

export interface CoturnInit {
  /** The options of the relay, read at each start; null: it is off. */
  readonly options: () => RelayOptions | null;
  /** A folder of the node's own, which is made when it is needed. */
  readonly folder: string;
  /** The program; null if it is not installed. */
  readonly program: () => string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A relay of coturn that this node configures, starts and keeps running. Nothing runs before the first `apply`. */
export const createCoturn = (init: CoturnInit): ManagedRelay => new Coturn(init);

class Coturn implements ManagedRelay {
  readonly #init: CoturnInit;
  readonly #configFile: string;
  #status: RelayStatus = { state: 'off', problem: null };
  #offer: { urls: readonly string[]; secret: string } | null = null;
  /** The running configuration, as text to compare; null while nothing is to run. */
  #wanted: string | null = null;
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(init: CoturnInit) {
    this.#init = init;
    this.#configFile = join(init.folder, 'turnserver.conf');
  }

  status(): RelayStatus {
    return this.#status;
  }

  offer(): { readonly urls: readonly string[]; readonly secret: string } | null {
    return this.#offer;
  }

  async apply(): Promise<void> {
    const options = this.#init.options();
    const wanted = options === null ? null : JSON.stringify(options);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#stopping.abort();
    await this.#running;
    // Another change came meanwhile.
    if (this.#wanted !== wanted) return;
    if (options === null) return this.#tell('off');
    this.#stopping = new AbortController();
    this.#tell('starting');
    this.#running = this.#keep(options, this.#stopping.signal);
  }

  async stop(): Promise<void> {
    this.#wanted = null;
    this.#stopping.abort();
    await this.#running;
    this.#tell('off');
  }

  /** Runs the relay until the signal aborts. */
  async #keep(options: RelayOptions, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#init;
    let restMs = FIRST_REST_MS;
    while (!signal.aborted) {
      const startedAt = clock.now();
      const trouble = await this.#run(options, signal);
      this.#offer = null;
      if (signal.aborted) return;
      if (clock.now() - startedAt > HEALTHY_MS) restMs = FIRST_REST_MS;
      this.#tell('failed', trouble);
      logger.warn('relay-failed', { code: trouble.code, message: trouble.message });
      await sleep(clock, restMs, signal);
      restMs = Math.min(LONGEST_REST_MS, restMs * 2);
    }
  }

  /** One life of the relay; resolves with the reason why it ended. */
  async #run(options: RelayOptions, signal: AbortSignal): Promise<ProblemFields> {
    const { clock, program, logger } = this.#init;
    let relay: TurnProcess | null = null;
    try {
      const found = program();
      if (found === null) throw problem('relay-missing');
      const secret = await this.#prepare(options);
      if (signal.aborted) return problem.fields('relay-silent');
      relay = startTurnserver(clock, found, this.#configFile);
      const ended = relay.ended.then(({ reason, lines }) => {
        if (!signal.aborted) logger.warn('relay-ended', { reason, lines: lines.join(' | ').slice(0, 800) });
        return problem('relay-ended', { reason });
      });
      const watched = new AbortController();
      const stop = () => watched.abort();
      signal.addEventListener('abort', stop, { once: true });
      const silent = this.#watch(options, watched.signal, () => {
        this.#offer = { urls: relayUrls(options), secret };
        this.#tell('running');
        logger.info('relay-started', { port: options.port });
      });
      const trouble = await Promise.race([ended, silent]);
      signal.removeEventListener('abort', stop);
      stop();
      return problemOf(trouble);
    } catch (error) {
      return problemOf(error);
    } finally {
      await relay?.end();
    }
  }

  /** Writes the configuration and returns the secret. Rejects with a Problem. */
  async #prepare(options: RelayOptions): Promise<string> {
    const { folder } = this.#init;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await endLeftover(pidFile(folder), this.#configFile);
    const { certificate, port } = options;
    for (const path of certificate === null ? [] : [certificate.cert, certificate.key]) {
      await access(path, constants.R_OK).catch((cause: unknown) => {
        throw problem('relay-certificate', { path }, { cause });
      });
    }
    for (const { ip } of relayAddresses(options)) {
      if (!(await isFree(ip, port))) throw problem('relay-port-taken', { ip, port: String(port) });
    }
    const secret = await this.#secret();
    await rm(this.#configFile, { force: true });
    await writeFile(this.#configFile, configuration(options, { secret, folder }), { mode: 0o600 });
    return secret;
  }

  /** Made once: credentials that participants have stay valid when the node starts again. */
  async #secret(): Promise<string> {
    const { folder, random } = this.#init;
    const file = join(folder, 'secret');
    const known = await readFile(file, 'utf8').catch(() => '');
    if (/^[0-9a-f]{64}$/.test(known)) return known;
    const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString('hex');
    await writeFile(file, secret, { mode: 0o600 });
    return secret;
  }

  /** Calls `answered` with the first answer; resolves once the relay is silent, or the signal aborts. */
  async #watch(options: RelayOptions, signal: AbortSignal, answered: () => void): Promise<Problem> {
    const { clock } = this.#init;
    const [{ ip } = { ip: '127.0.0.1' }] = relayAddresses(options);
    const ask = () => answersStun(clock, ip, options.port, ANSWER_MS);
    const until = clock.now() + START_MS;
    while (!(await ask())) {
      if (signal.aborted || clock.now() > until) return problem('relay-silent');
      await sleep(clock, ASK_MS, signal);
    }
    if (signal.aborted) return problem('relay-silent');
    answered();
    for (let silences = 0; silences < MOST_SILENCES;) {
      await sleep(clock, CHECK_MS, signal);
      if (signal.aborted) break;
      silences = (await ask()) ? 0 : silences + 1;
    }
    return problem('relay-silent');
  }

  #tell(state: RelayStatus['state'], trouble: ProblemFields | null = null): void {
    this.#status = { state, problem: trouble };
  }
}
