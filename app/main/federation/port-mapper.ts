/** A port of this machine that should be reachable from outside its home network. */
export interface WantedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** A port of this machine that a router forwards. */
export interface MappedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly internalPort: number;
  /** The IPv4 address that the router reports. It may be private, as behind double or carrier-grade NAT. */
  readonly externalHost: string;
  /** Usually the internal port; another one if that was taken on the router. */
  readonly externalPort: number;
  readonly by: 'upnp' | 'nat-pmp' | 'pcp';
}

export interface PortMapperState {
  /**
   * `off` while no port is wanted; `searching` until the first answers are in; `mapped` when at least one
   * port is; `none` when no router answered; `refused` when a router answered but mapped nothing.
   */
  readonly state: 'off' | 'searching' | 'mapped' | 'none' | 'refused';
  readonly mapped: readonly MappedPort[];
  /** The address of the router asked last, for display; null if none answered. */
  readonly gateway: string | null;
}

/**
 * Asks the router of the home network to forward ports to this machine. Implemented by platform/port-mapping.
 */
export interface PortMapper {
  /** Keeps these ports mapped from now on, and removes all other mappings. */
  want(ports: readonly WantedPort[]): void;
  current(): PortMapperState;
  /** Calls back after each change of `current()`; returns a function that unsubscribes. */
  onChange(listener: () => void): () => void;
  /** Called when the network changed; looks for the gateway again at once. */
  networkChanged(): void;
  /** Removes the mappings and ends, within about two seconds. Later calls have no effect. */
  stop(): Promise<void>;
}
