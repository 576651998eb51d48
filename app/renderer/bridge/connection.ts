import type { ClientLink, ClientOptions } from '@orpc/client';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import type { CallContext } from '../../contract/index.ts';
import { problems } from '../messages/problems.ts';
import { BridgeError, lostError } from './problem.ts';

/**
 * `denied`: the host does not let this page in; `unproven`: a program answers that cannot prove that it is the host. Both stay until
 * somebody acts.
 */
export type ConnectionState = 'connecting' | 'open' | 'lost' | Final;
type Final = 'denied' | 'unproven';

/** Why a connection cannot be made, if trying again would not help; null while it may. */
export const finalStateOf = (state: ConnectionState): Final | null =>
  state === 'denied' || state === 'unproven' ? state : null;

/** The state of the connection. `attempt` counts attempts since it was last open. */
export interface Connection {
  readonly state: ConnectionState;
  readonly attempt: number;
  /** Milliseconds until the next attempt, or null if none is planned. */
  readonly retryInMs: number | null;
}

export type Link = ClientLink<CallContext>;

/** One attempt at a connection, as a carrier (WebSocket, message port) reports it. */
export interface Carrier {
  /** Starts an attempt. Exactly one of `opened` and `closed` follows; after `opened`, `closed` at its end. */
  open(on: { opened: (link: Link) => void; closed: (reason: 'lost' | Final) => void }): { close(): void };
}

/** Timers as a port, so that tests of the back-off need not wait. */
export interface Timers {
  after(delayMs: number, task: () => void): () => void;
  random(): number;
}

export const browserTimers: Timers = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 15_000;
/** How long a call waits for a pending connection before it fails. */
const CALL_WAIT_MS = 8_000;

/**
 * Milliseconds to wait before attempt number `attempt` (1 is the first retry), with up to a quarter of
 * jitter.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const base = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(base * (0.75 + random * 0.25));
}

/**
 * A link that outlives its connections: it dials through a carrier, redials with back-off, and lets calls
 * wait for a limited time meanwhile instead of failing.
 */
export class LastingLink implements Link {
  readonly connection: StoreApi<Connection>;
  readonly #carrier: Carrier;
  readonly #timers: Timers;
  #link: Link | null = null;
  #handle: { close(): void } | null = null;
  #cancelRetry: () => void = () => {};
  #ended = false;

  constructor(carrier: Carrier, timers: Timers = browserTimers) {
    this.#carrier = carrier;
    this.#timers = timers;
    this.connection = createStore<Connection>(() => ({ state: 'connecting', attempt: 0, retryInMs: null }));
    this.#dial();
  }

  /**
   * Retries at once instead of waiting for the back-off; used by “Try again” and when the machine is back
   * online.
   */
  retryNow(): void {
    if (this.#link !== null || this.#ended) return;
    this.#cancelRetry();
    this.#handle?.close();
    this.#dial();
  }

  close(): void {
    this.#ended = true;
    this.#cancelRetry();
    this.#handle?.close();
    this.#link = null;
  }

  async call(path: readonly string[], input: unknown, options: ClientOptions<CallContext>): Promise<unknown> {
    const link = this.#link ?? (await this.#waitForLink(options.signal));
    return link.call(path, input, options);
  }

  #dial(): void {
    const attempt = this.connection.getState().attempt + 1;
    this.connection.setState({ state: attempt === 1 ? 'connecting' : 'lost', attempt, retryInMs: null });
    let current = true;
    const handle = this.#carrier.open({
      opened: (link) => {
        if (!current || this.#ended) return;
        this.#link = link;
        this.connection.setState({ state: 'open', attempt: 0, retryInMs: null });
      },
      closed: (reason) => {
        if (!current || this.#ended) return;
        current = false;
        this.#link = null;
        if (reason !== 'lost') {
          this.connection.setState({ state: reason, retryInMs: null });
          return;
        }
        const tries = this.connection.getState().attempt;
        const delayMs = retryDelayMs(Math.max(1, tries), this.#timers.random());
        this.connection.setState({ state: 'lost', attempt: Math.max(1, tries), retryInMs: delayMs });
        this.#cancelRetry = this.#timers.after(delayMs, () => this.#dial());
      },
    });
    this.#handle = {
      close() {
        current = false;
        handle.close();
      },
    };
  }

  #waitForLink(signal: AbortSignal | undefined): Promise<Link> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        unsubscribe();
        cancel();
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      const aborted = () => finish(() => reject(new BridgeError('aborted', problems.cancelled)));
      const check = () => {
        const link = this.#link;
        const final = finalStateOf(this.connection.getState().state);
        if (link !== null) finish(() => resolve(link));
        else if (final !== null) finish(() => reject(new BridgeError(final, problems[final])));
      };
      const unsubscribe = this.connection.subscribe(check);
      const cancel = this.#timers.after(CALL_WAIT_MS, () => finish(() => reject(lostError())));
      signal?.addEventListener('abort', aborted, { once: true });
      if (signal?.aborted) aborted();
      else check();
    });
  }
}
