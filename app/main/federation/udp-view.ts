import type { Clock } from '../kernel/clock.ts';
import type { Endpoint } from './ports.ts';

/** How long an observed endpoint is announced; routers drop idle mappings after 30 seconds or more. */
const FRESH_MS = 120_000;
const MAX_SEEN = 16;

/** How a router maps this node's UDP socket (RFC 4787, section 4.1); `none` without translation. */
export type Translation = 'none' | 'endpoint-independent' | 'endpoint-dependent' | 'unknown';

/** This node's UDP socket as nodes outside saw it. */
export class UdpView {
  readonly #clock: Clock;
  #seen: { readonly by: string; readonly endpoint: Endpoint; readonly at: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records the endpoint from which host `by` saw this node. */
  note(by: string, endpoint: Endpoint): void {
    const others = this.#seen.filter((one) => one.by !== by);
    this.#seen = [{ by, endpoint, at: this.#clock.now() }, ...others].slice(0, MAX_SEEN);
  }

  forget(): void {
    this.#seen = [];
  }

  /** Recently observed endpoints without duplicates, the latest first. */
  endpoints(): Endpoint[] {
    const unique = new Map<string, Endpoint>();
    for (const { endpoint } of this.#fresh()) {
      const key = `${endpoint.host} ${endpoint.port}`;
      if (!unique.has(key)) unique.set(key, endpoint);
    }
    return [...unique.values()];
  }

  /** Compares the observations of different hosts. A single one reveals a translation, but not its kind. */
  translation(isOwn: (endpoint: Endpoint) => boolean): Translation {
    const fresh = this.#fresh();
    const [latest] = fresh;
    if (latest === undefined) return 'unknown';
    if (fresh.every(({ endpoint }) => isOwn(endpoint))) return 'none';
    const sameFamily = fresh.filter(
      ({ endpoint }) => endpoint.host.includes(':') === latest.endpoint.host.includes(':'),
    );
    if (sameFamily.length < 2) return 'unknown';
    return sameFamily.every(
      ({ endpoint }) => endpoint.host === latest.endpoint.host && endpoint.port === latest.endpoint.port,
    )
      ? 'endpoint-independent'
      : 'endpoint-dependent';
  }

  #fresh() {
    const oldest = this.#clock.now() - FRESH_MS;
    return this.#seen.filter(({ at }) => at >= oldest);
  }
}
