import { sleep, type Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { PortMapper, PortMapperState, WantedPort } from '../../federation/ports.ts';
import { hearAnnouncements, type Announcement } from './announcements.ts';
import { defaultRouter } from './default-gateway.ts';
import { EpochWatch } from './epoch.ts';
import { localAddressTowards } from './exchange.ts';
import { findClient } from './find-client.ts';
import { Nonces } from './mapping-clients.ts';
import { mappedPort, Mappings, type Mapping } from './mappings.ts';
import { isSilence, type Line, type Router, type RouterClient } from './router.ts';
import { problem } from './problems.ts';

/** Renewal is at half the lifetime, within these bounds. */
const MIN_RENEWAL_MS = 10_000;
const MAX_RENEWAL_MS = 10 * 60_000;
/** Retries after a failure: at doubling delays. */
const FIRST_RETRY_MS = 30_000;
const MAX_RETRY_MS = 15 * 60_000;
/** Delay after a router's announcement, so that a flood of them causes at most one round per second. */
const ANNOUNCED_MS = 1000;
const STOP_DEADLINE_MS = 2000;

const OFF: PortMapperState = { state: 'off', mapped: [], gateway: null };
const SEARCHING: PortMapperState = { state: 'searching', mapped: [], gateway: null };

export interface PortMapperInit {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The router to ask, looked up before each round of requests; by default that of the default route. */
  readonly findRouter?: () => Promise<Router | null>;
}

/** The route to a router and, once known, the protocol in which it maps ports. */
interface Session {
  readonly line: Line;
  readonly stopListening: () => void;
  client: RouterClient | null;
}

/** Keeps ports mapped on the IPv4 router of the default route, in PCP, NAT-PMP or UPnP. */
export const createPortMapper = (init: PortMapperInit): PortMapper => new RouterPortMapper(init);

class RouterPortMapper implements PortMapper {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #findRouter: () => Promise<Router | null>;
  readonly #listeners = new Set<() => void>();
  readonly #nonces = new Nonces();
  readonly #mappings = new Mappings();
  readonly #epoch = new EpochWatch();

  #state = OFF;
  #wanted: readonly WantedPort[] = [];
  #session: Session | null = null;
  /** Rounds run one at a time; a new one aborts the running one. */
  #rounds: Promise<void> = Promise.resolve();
  #running = new AbortController();
  #nextAtMs = Infinity;
  #cancelNext = () => {};
  #failures = 0;
  #stopped: Promise<void> | null = null;

  constructor({ clock, logger, findRouter = defaultRouter }: PortMapperInit) {
    this.#clock = clock;
    this.#logger = logger;
    this.#findRouter = findRouter;
  }

  want(ports: readonly WantedPort[]): void {
    if (this.#stopped !== null) return;
    this.#wanted = [...ports];
    this.#failures = 0;
    if (this.#state === OFF && ports.length > 0) this.#publish(SEARCHING);
    this.#begin();
  }

  current(): PortMapperState {
    return this.#state;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  networkChanged(): void {
    if (this.#stopped !== null || this.#wanted.length === 0) return;
    this.#failures = 0;
    if (this.#state.state !== 'mapped') this.#publish(SEARCHING);
    this.#begin();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#cancelNext();
    this.#running.abort();
    this.#wanted = [];
    const deadline = new AbortController();
    const takenBack = this.#rounds.then(() => this.#mappings.takeBack([], deadline.signal));
    const waited = sleep(this.#clock, STOP_DEADLINE_MS, deadline.signal);
    await Promise.race([takenBack, waited]);
    deadline.abort();
    this.#leave();
    this.#publish(OFF);
  }

  /** Starts a round at once. */
  #begin(): void {
    this.#cancelNext();
    this.#nextAtMs = Infinity;
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    this.#rounds = this.#rounds.then(() => this.#round(signal));
  }

  #beginAfter(delayMs: number): void {
    this.#cancelNext();
    this.#nextAtMs = this.#clock.now() + delayMs;
    this.#cancelNext = this.#clock.after(delayMs, () => this.#begin());
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await this.#mappings.takeBack(this.#wanted, signal);
      if (this.#wanted.length === 0) {
        this.#leave();
        this.#publish(OFF);
        return;
      }
      const session = await this.#reach(signal);
      const mappings = await this.#map(session, signal);
      this.#failures = 0;
      const gateway = session.line.router.address;
      this.#publish({ state: 'mapped', mapped: mappings.map(mappedPort), gateway });
      // The router may have restarted in the middle of this round.
      if (this.#nextAtMs === Infinity) this.#beginAfter(renewalDelayMs(mappings));
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, MAX_RETRY_MS);
    this.#failures += 1;
    const { code, message } = problemOf(error);
    if (this.#failures === 1) this.#logger.info('port-mapping-failed', { code, message });
    const gateway = this.#session?.line.router.address ?? null;
    this.#publish(
      isSilence(error)
        ? { state: 'none', mapped: [], gateway: null }
        : { state: 'refused', mapped: [], gateway },
    );
    this.#beginAfter(delayMs);
  }

  /** The session with the router of the default route; a change of the router ends the previous session. */
  async #reach(signal: AbortSignal): Promise<Session> {
    const router = await this.#findRouter();
    signal.throwIfAborted();
    if (router === null) {
      this.#leave();
      throw problem('router-missing');
    }
    const localAddress = await localAddressTowards(router);
    signal.throwIfAborted();
    const line = this.#session?.line;
    if (line?.router.address !== router.address || line.localAddress !== localAddress) {
      this.#leave();
      if (this.#state.state === 'mapped') this.#publish(SEARCHING);
    }
    this.#session ??= {
      line: { router, localAddress, clock: this.#clock, onEpoch: (seconds) => this.#sawEpoch(seconds) },
      stopListening: hearAnnouncements(router, localAddress, (heard) => this.#announced(heard)),
      client: null,
    };
    return this.#session;
  }

  /** Maps the wanted ports in the protocol that last worked, else in one found now. */
  async #map(session: Session, signal: AbortSignal): Promise<Mapping[]> {
    const mapAll = (client: RouterClient, until: AbortSignal) =>
      this.#mappings.renew(client, this.#wanted, until);
    if (session.client !== null) {
      try {
        return await mapAll(session.client, signal);
      } catch {
        signal.throwIfAborted();
        session.client = null;
      }
    }
    const { client, mapped } = await findClient(session.line, this.#nonces, mapAll, signal);
    session.client = client;
    this.#logger.info('ports-mapped', { by: client.by, count: mapped.length });
    return mapped;
  }

  #leave(): void {
    this.#session?.stopListening();
    this.#session = null;
    this.#mappings.forget();
    this.#epoch.reset();
  }

  #sawEpoch(epochSeconds: number): void {
    if (this.#epoch.lost(epochSeconds, this.#clock.now())) this.#beginSoon('router-restarted');
  }

  #announced({ epochSeconds, externalHost }: Announcement): void {
    this.#sawEpoch(epochSeconds);
    if (this.#state.state !== 'mapped') this.#beginSoon('router-announced-itself');
    const moved = this.#state.mapped.some((port) => port.externalHost !== externalHost);
    if (externalHost !== null && moved) this.#beginSoon('router-address-changed');
  }

  #beginSoon(event: string): void {
    if (this.#stopped !== null || this.#nextAtMs <= this.#clock.now() + ANNOUNCED_MS) return;
    this.#logger.info(event);
    this.#beginAfter(ANNOUNCED_MS);
  }

  #publish(state: PortMapperState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Half of the shortest lifetime. */
function renewalDelayMs(mappings: readonly Mapping[]): number {
  const lifetimes = mappings.map(({ grant }) => grant.lifetimeSeconds);
  return Math.min(Math.max((Math.min(...lifetimes) * 1000) / 2, MIN_RENEWAL_MS), MAX_RENEWAL_MS);
}
