import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import type { MappedPort, WantedPort } from '../../federation/ports.ts';

/** A gateway and its UDP ports. Only tests use non-standard ports. */
export interface Router {
  /** IPv4. */
  readonly address: string;
  /** The port for PCP and NAT-PMP requests (RFC 6887 section 19.1). */
  readonly mappingPort: number;
  /** The port on which the router announces a restart (RFC 6887 section 19.1). */
  readonly announcePort: number;
  /** The port for SSDP searches. */
  readonly ssdpPort: number;
}

/** The router at `address` with the standard ports. */
export const routerAt = (address: string): Router => ({
  address,
  mappingPort: 5351,
  announcePort: 5350,
  ssdpPort: 1900,
});

/** The router and this machine's address. */
export interface Line {
  readonly router: Router;
  /** This machine's IPv4 address towards the router. */
  readonly localAddress: string;
  readonly clock: Clock;
  /** Called with the epoch of each answer, in seconds. */
  readonly onEpoch: (epochSeconds: number) => void;
}

/** A port mapping granted by the router. */
export interface Grant {
  readonly externalHost: string;
  readonly externalPort: number;
  /** Infinity if the router keeps the mapping until it is removed. */
  readonly lifetimeSeconds: number;
}

/**
 * A client of one router in one protocol. All calls reject with a Problem: `router-silent` or
 * `router-refused`.
 */
export interface RouterClient {
  readonly by: MappedPort['by'];
  /**
   * Makes or renews a mapping.
   *
   * @param externalPort the requested port; the router may choose another.
   */
  map(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<Grant>;
  /** @param externalPort the port that the router granted. */
  unmap(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<void>;
}

/**
 * The requested lifetime of a mapping. Short, because mappings outlive a crash of this machine for that long,
 * and because renewal also detects a router that lost its mappings.
 */
export const LIFETIME_SECONDS = 20 * 60;

/** Whether no answer, or none from the router, came in time. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'router-silent';
