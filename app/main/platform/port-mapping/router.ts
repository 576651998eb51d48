import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/errors.ts';
import type { MappedPort, WantedPort } from '../../federation/port-mapper.ts';

/** A gateway and the UDP ports it is asked at. Only tests use other ports than the standard ones. */
export interface Router {
  /** IPv4. */
  readonly address: string;
  /** Where PCP and NAT-PMP requests go (RFC 6887 section 19.1). */
  readonly mappingPort: number;
  /** Where this machine hears the router announce a restart (RFC 6887 section 19.1). */
  readonly announcePort: number;
  /** Where SSDP searches go. */
  readonly ssdpPort: number;
}

/** The router at `address` with the standard ports. */
export const routerAt = (address: string): Router => ({
  address,
  mappingPort: 5351,
  announcePort: 5350,
  ssdpPort: 1900,
});

/** Who is asked, and as whom. */
export interface Line {
  readonly router: Router;
  /** This machine's IPv4 address towards the router. */
  readonly localAddress: string;
  readonly clock: Clock;
  /** Called with the epoch of each answer, in seconds. */
  readonly onEpoch: (epochSeconds: number) => void;
}

/** The router's consent to forward a port. */
export interface Grant {
  readonly externalHost: string;
  readonly externalPort: number;
  /** Infinity when the router keeps the mapping until it is taken back. */
  readonly lifetimeSeconds: number;
}

/**
 * One protocol, spoken with one router. All calls reject with a Problem: `router-silent` or `router-refused`.
 */
export interface RouterClient {
  readonly by: MappedPort['by'];
  /**
   * Makes or renews a mapping.
   *
   * @param externalPort the port to ask for; the router may choose another.
   */
  map(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<Grant>;
  /** @param externalPort the port that the router granted. */
  unmap(wanted: WantedPort, externalPort: number, signal: AbortSignal): Promise<void>;
}

/**
 * How long a mapping is asked for. Short, because a mapping outlives a crash of this machine by as much, and
 * because renewal is also how a router that forgot its mappings is found out.
 */
export const LIFETIME_SECONDS = 20 * 60;

/** Whether no answer came in time, or none that can have come from the router. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'router-silent';
