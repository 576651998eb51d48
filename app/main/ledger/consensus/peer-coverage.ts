import { equalBytes } from '../../kernel/bytes.ts';
import type { Channels } from './catch-up.ts';
import type { ValidatorSet } from '../types/validators.ts';

/** Tracks the connected peers, to know whether validators need relays between them. */
export class PeerCoverage {
  readonly #channels: Pick<Channels, 'peers' | 'onPeer'>;
  readonly #connected = new Set<string>();
  #stop: () => void = () => {};

  constructor(channels: Pick<Channels, 'peers' | 'onPeer'>) {
    this.#channels = channels;
  }

  start(): void {
    this.#stop = this.#channels.onPeer(({ kind, peer }) => {
      if (kind === 'connected') this.#connected.add(peer);
      else this.#connected.delete(peer);
    });
    for (const { peer } of this.#channels.peers()) this.#connected.add(peer);
  }

  stop(): void {
    this.#stop();
    this.#connected.clear();
  }

  /**
   * Whether every validator is connected to this node.
   *
   * @param self the key of this node's own validator, which needs no connection.
   */
  coversAll({ validators }: ValidatorSet, self: Uint8Array | null): boolean {
    return validators.every(
      ({ peer, bls }) => this.#connected.has(peer) || (self !== null && equalBytes(bls, self)),
    );
  }
}
