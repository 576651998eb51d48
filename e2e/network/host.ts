import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { settle, unsettle, type Bridge, type Places } from './bridge.ts';
import { Namespace } from './netns.ts';

export interface HostInit {
  readonly label: string;
  readonly bridge: Bridge;
  /** Which kinds of addresses the host has. */
  readonly kinds: { readonly ip4: boolean; readonly ip6: boolean };
  /** Told after the addresses changed. */
  readonly moved?: (host: LabHost) => void;
}

const DEVICE = 'eth0';

/** A machine of the lab: a namespace with one interface. */
export class LabHost {
  /** Loses this share of packets, 0 to 100 percent, in each direction; 0 ends it. */
  readonly setLoss: (percent: number) => void;
  readonly #init: HostInit;
  readonly #namespace: Namespace;
  #places: Places;

  constructor(init: HostInit) {
    this.#init = init;
    this.#namespace = Namespace.create(init.label);
    this.#places = init.bridge.next(init.kinds);
    this.setLoss = init.bridge.attach(this.#namespace, DEVICE);
    settle(this.#namespace, DEVICE, this.#places);
  }

  /** The host's own IPv4 address, or null. */
  get ip4(): string | null {
    return this.#places.ip4?.address ?? null;
  }

  /** The host's own IPv6 address, or null. */
  get ip6(): string | null {
    return this.#places.ip6?.address ?? null;
  }

  /** Runs a program to its end; see {@link Namespace.exec}. */
  exec(
    argv: readonly string[],
    options: { timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
  ): Promise<string> {
    return this.#namespace.exec(argv, options);
  }

  /** Starts a program and leaves it running; see {@link Namespace.spawn}. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return this.#namespace.spawn(argv, options);
  }

  /** Moves to unused addresses in the same network; the old ones are gone at once. */
  changeAddress(): void {
    this.#places = this.#init.bridge.next(this.#init.kinds);
    unsettle(this.#namespace, DEVICE);
    settle(this.#namespace, DEVICE, this.#places);
    this.#init.moved?.(this);
  }

  /** Takes the interface down: addresses and routes are gone, and what programs send fails at once. */
  unplug(): void {
    unsettle(this.#namespace, DEVICE);
    this.#namespace.ip('link', 'set', DEVICE, 'down');
  }

  /** Takes the interface up again with the addresses it had. */
  plug(): void {
    settle(this.#namespace, DEVICE, this.#places);
  }
}
