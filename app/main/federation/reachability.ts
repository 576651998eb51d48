import type { Settings } from '../../contract/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Transport } from '../log/transport.ts';
import type { DialBack } from './dial-back.ts';
import type { NodeExchange } from './node-exchange.ts';
import { ownAddresses, testable, toldAddresses, type OwnAddress } from './own-addresses.ts';
import type { Network } from './ports.ts';

/** Network changes within this time are handled together. */
const GATHER_MS = 200;

export interface ReachabilityInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly clock: Clock;
  readonly settings: () => Settings['network'];
  readonly dialBack: DialBack;
  readonly exchange: NodeExchange;
  /** Called after each check, with whether this node needs a relay. */
  readonly onLook: (needsRelay: boolean) => void;
}

/** Collects the addresses of this node, has them tested, and announces them. */
export class Reachability {
  readonly #init: ReachabilityInit;
  #own: readonly OwnAddress[] = [];
  #stops: (() => void)[] = [];
  #cancelLook: (() => void) | null = null;

  constructor(init: ReachabilityInit) {
    this.#init = init;
  }

  start(): void {
    const { network, dialBack } = this.#init;
    this.#stops = [network.onChange(() => this.soon()), dialBack.onOutcome(() => this.soon())];
    this.look();
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  /** This node's addresses with their state, the best first. */
  own(): readonly OwnAddress[] {
    return this.#own;
  }

  /** The announced addresses, with this node's peer id. */
  told(): string[] {
    return toldAddresses(this.#own).map((address) => this.named(address));
  }

  /** Whether a member outside reached one of this node's addresses. */
  isReached(): boolean {
    return this.#own.some(
      ({ scope, source, state }) => scope === 'internet' && source !== 'relay' && state === 'reached',
    );
  }

  /** Schedules a check after a change that may affect the addresses. */
  soon(): void {
    this.#cancelLook ??= this.#init.clock.after(GATHER_MS, () => {
      this.#cancelLook = null;
      this.look();
    });
  }

  look(): void {
    const { network, settings, dialBack, exchange } = this.#init;
    const { announce, relay } = settings();
    this.#own = ownAddresses({
      announced: announce,
      listening: network.listening(),
      mapped: network.ports().mapped,
      observed: network.observed(),
      relayed: network.relays().flatMap(({ addresses }) => addresses),
      read: (address) => network.read(address),
      stateOf: (address) => dialBack.stateOf(address),
    });
    const told = this.told();
    network.announce(told);
    dialBack.watch(testable(this.#own));
    // Untested addresses count: before the first member joins nobody can test them.
    const canRelay = this.#own.some(
      ({ scope, source, state }) =>
        scope === 'internet' && source !== 'relay' && state !== 'unreachable' && source !== 'observed',
    );
    exchange.tell(told, relay && (canRelay || this.isReached()));
    this.#init.onLook(!this.isReached());
  }

  /** An address of this node with its peer id. */
  named(address: string): string {
    const { network, transport } = this.#init;
    return network.read(address)?.peer === null ? `${address}/p2p/${transport.self}` : address;
  }
}
