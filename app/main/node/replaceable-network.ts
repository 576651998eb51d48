import type { Network } from '../federation/ports.ts';
import type { Transport } from '../log/transport.ts';
import { problem } from './problems.ts';

/** A transport and the network view that belongs to it. */
export interface NetworkPair {
  readonly transport: Transport;
  readonly network: Network;
}

/**
 * A network that can be replaced while the community runs on it: subscriptions, protocol handlers and
 * listeners carry over to the next one. So changes of the settings need no restart.
 */
export class ReplaceableNetwork {
  #now: NetworkPair;
  readonly #topics = new Map<string, Parameters<Transport['subscribe']>>();
  readonly #handlers = new Map<string, Parameters<Transport['handle']>[1]>();
  readonly #onPeer = new Set<Parameters<Transport['onPeer']>[0]>();
  readonly #onChange = new Set<() => void>();
  #isMember: (peer: string) => boolean = () => false;
  #ownerOf: (peer: string) => string | null = (peer) => peer;
  #stopHearing: (() => void)[] = [];
  #isPaused = false;

  constructor(first: NetworkPair) {
    this.#now = first;
    this.#hear();
  }

  /** From now on nothing is dialled or opened: the network is about to stop. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Installs another network, with the same peer id and not started yet, in place of the stopped one. */
  replace(next: NetworkPair): void {
    for (const stop of this.#stopHearing.splice(0)) stop();
    this.#now = next;
    for (const [protocol, handler] of this.#handlers) next.transport.handle(protocol, handler);
    for (const subscription of this.#topics.values()) next.transport.subscribe(...subscription);
    next.network.relayFor(this.#isMember);
    next.transport.reserveFor(this.#ownerOf);
    this.#hear();
  }

  /** The installed network runs. */
  resume(): void {
    this.#isPaused = false;
  }

  async #running<T>(task: () => Promise<T>): Promise<T> {
    if (!this.#isPaused) return task();
    throw problem('network-changing');
  }

  readonly transport: Transport = ((now: () => Transport): Transport => ({
    get self() {
      return now().self;
    },
    start: () => now().start(),
    stop: () => now().stop(),
    resume: () => now().resume(),
    subscribe: (...subscription) => {
      this.#topics.set(subscription[0], subscription);
      now().subscribe(...subscription);
    },
    unsubscribe: (topic) => {
      this.#topics.delete(topic);
      now().unsubscribe(topic);
    },
    publish: (topic, data) => now().publish(topic, data),
    handle: (protocol, handler) => {
      this.#handlers.set(protocol, handler);
      now().handle(protocol, handler);
    },
    open: (peer, protocol, signal) => this.#running(() => now().open(peer, protocol, signal)),
    dial: (address, signal) => this.#running(() => now().dial(address, signal)),
    disconnect: (peer) => now().disconnect(peer),
    reserveFor: (ownerOf) => {
      this.#ownerOf = ownerOf;
      now().reserveFor(ownerOf);
    },
    ownerOf: (peer) => this.#ownerOf(peer),
    peers: () => now().peers(),
    onPeer: (listener) => {
      this.#onPeer.add(listener);
      return () => this.#onPeer.delete(listener);
    },
    addresses: () => now().addresses(),
  }))(() => this.#now.transport);

  readonly network: Network = ((now: () => Network): Network => ({
    read: (address) => now().read(address),
    resolve: (address, signal) => now().resolve(address, signal),
    listening: () => now().listening(),
    isNeighbour: (host) => now().isNeighbour(host),
    observed: () => now().observed(),
    ports: () => now().ports(),
    relays: () => now().relays(),
    udpPort: () => now().udpPort(),
    sentBytes: () => now().sentBytes(),
    receivedBytes: () => now().receivedBytes(),
    onChange: (listener) => {
      this.#onChange.add(listener);
      return () => this.#onChange.delete(listener);
    },
    announce: (addresses) => now().announce(addresses),
    dialBack: (peer, address, signal) => now().dialBack(peer, address, signal),
    reserve: (relay) => now().reserve(relay),
    relayFor: (isMember) => {
      this.#isMember = isMember;
      now().relayFor(isMember);
    },
    observe: (endpoint, signal) => now().observe(endpoint, signal),
    punch: (peer, endpoints, token, dials, signal) => now().punch(peer, endpoints, token, dials, signal),
    get signer() {
      return now().signer;
    },
    keyOf: (peer) => now().keyOf(peer),
  }))(() => this.#now.network);

  #hear(): void {
    const { transport, network } = this.#now;
    this.#stopHearing = [
      transport.onPeer((change) => {
        for (const listener of this.#onPeer) listener(change);
      }),
      network.onChange(() => {
        for (const listener of this.#onChange) listener();
      }),
    ];
  }
}
