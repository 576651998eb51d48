import { every, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import type { NodeBook } from './node-book.ts';
import { networkOf } from './peer-choice.ts';
import type { Network } from './ports.ts';

/** [W2] Relays on which a node that cannot be dialled keeps a place. */
const WANTED = 2;
const LOOK_MS = 15_000;
/** [W2] How long a relay that was asked is not asked again. */
const ASKED_MS = 60_000;

export interface RelayPlacesInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly book: NodeBook;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isMember: (publicKey: Uint8Array) => boolean;
  /** Connects to a node of the book; resolves to whether it answered. */
  readonly reach: (peer: string) => Promise<boolean>;
}

/** [W2] Keeps reservations on members' relays while this node cannot be dialled directly. */
export class RelayPlaces {
  readonly #init: RelayPlacesInit;
  readonly #leftAlone = new Map<string, number>();
  #needed = false;
  #busy = false;
  #again = false;
  #stops: (() => void)[] = [];

  constructor(init: RelayPlacesInit) {
    this.#init = init;
  }

  start(): void {
    const { transport, network, book, clock } = this.#init;
    this.#stops = [
      every(clock, LOOK_MS, () => this.#look()),
      transport.onPeer(() => this.#look()),
      network.onChange(() => this.#look()),
      book.onRecord(({ relay }) => {
        if (relay) this.#look();
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Sets whether this node needs relays; places that it already holds stay until they expire. */
  need(needed: boolean): void {
    this.#needed = needed;
    this.#look();
  }

  /** Called when the network changed; relays that refused are asked again. */
  again(): void {
    this.#leftAlone.clear();
    this.#look();
  }

  #look(): void {
    if (this.#busy) this.#again = true;
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      do {
        this.#again = false;
        while (this.#stops.length > 0 && (await this.#takeOne()));
      } while (this.#again);
    } finally {
      this.#busy = false;
    }
  }

  /** Takes one more place; resolves to whether another attempt makes sense. */
  async #takeOne(): Promise<boolean> {
    const { network, clock, logger } = this.#init;
    if (!this.#needed || network.relays().length >= WANTED) return false;
    const relay = this.#next();
    if (relay === null) return false;
    this.#leftAlone.set(relay, clock.now() + ASKED_MS);
    try {
      if (!this.#isConnected(relay) && !(await this.#init.reach(relay))) return true;
      await network.reserve(relay);
    } catch (error) {
      logger.debug('relay-place-not-taken', { peer: relay, code: problemOf(error).code });
    }
    return true;
  }

  /** The next relay to ask: connected ones first, then those in another network than the places held. */
  #next(): string | null {
    const { transport, network, book, clock, isMember } = this.#init;
    const held = network.relays();
    const networks = new Set(
      held.flatMap(({ addresses }) => addresses.flatMap((one) => this.#networksOf([one]))),
    );
    const now = clock.now();
    const [best] = book
      .list()
      .filter(
        ({ peer, relay, publicKey }) =>
          relay &&
          peer !== transport.self &&
          isMember(publicKey) &&
          !held.some((place) => place.relay === peer) &&
          (this.#leftAlone.get(peer) ?? 0) <= now,
      )
      .map(({ peer, addresses }) => ({
        peer,
        score:
          (this.#isConnected(peer) ? 2 : 0) +
          (this.#networksOf(addresses).some((one) => !networks.has(one)) ? 1 : 0),
      }))
      .toSorted((a, b) => b.score - a.score);
    return best?.peer ?? null;
  }

  #networksOf(addresses: readonly string[]): string[] {
    return addresses.flatMap((address) => {
      const parts = this.#init.network.read(address);
      return parts === null ? [] : [networkOf(parts.host)];
    });
  }

  #isConnected(peer: string): boolean {
    return this.#init.transport.peers().some((link) => link.peer === peer && link.via !== 'relay');
  }
}
