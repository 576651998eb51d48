import type { Clock } from '../../kernel/clock.ts';
import { every, sleep } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { openBlock, openHeader, type BlockLimits } from '../types/block.ts';
import type { Channels } from '../consensus/catch-up.ts';
import { knownFirst } from '../consensus/known-first.ts';
import { openCertificate } from '../types/certificate.ts';
import type { HistoryFiller } from './history-filler.ts';
import { idleTimeout } from '../../log/idle-timeout.ts';
import { decodeSnapshotWire, encodeSnapshotWire, SNAPSHOT_PROTOCOL } from './snapshot-wire.ts';

/** [Q11] The pause between two answers, so that new blocks go first, in milliseconds. */
const PAUSE_MS = 20;
/** How often peers are asked again after none had the missing blocks, in milliseconds. */
const RETRY_MS = 5000;
const SILENCE_MS = 20_000;
/** How long a peer whose answer broke a rule is left alone, in milliseconds. */
const SHUN_MS = 60_000;

export interface HistoryPullInit {
  readonly community: Uint8Array;
  readonly limits: BlockLimits;
  readonly filler: Pick<HistoryFiller, 'missing' | 'fill'>;
  readonly channels: Pick<Channels, 'open' | 'peers' | 'ownerOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** More past blocks were stored. */
  readonly changed: () => void;
}

/** [Q11] Fetches the blocks before a snapshot while the node follows new ones. */
export class HistoryPull {
  readonly #init: HistoryPullInit;
  readonly #shunned = new Map<string, number>();
  #ended = new AbortController();
  #stop = () => {};
  #pulling = false;

  constructor(init: HistoryPullInit) {
    this.#init = init;
  }

  start(): void {
    this.#ended = new AbortController();
    this.#stop = every(this.#init.clock, RETRY_MS, () => this.pull());
  }

  stop(): void {
    this.#stop();
    this.#ended.abort();
  }

  /** Asks peers until no block is missing or nobody has the missing ones. */
  async pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      let fruitless = 0;
      for (let turn = 0; this.#init.filler.missing() && !this.#ended.signal.aborted; turn++) {
        const peers = this.#peers();
        if (fruitless >= peers.length) return;
        fruitless = (await this.#ask(peers[turn % peers.length]!)) > 0 ? 0 : fruitless + 1;
        await this.#breathe(PAUSE_MS);
      }
    } finally {
      this.#pulling = false;
    }
  }

  #peers(): string[] {
    const nowMs = this.#init.clock.now();
    return knownFirst(this.#init.channels).filter((peer) => (this.#shunned.get(peer) ?? 0) <= nowMs);
  }

  /** Sends one request to one peer; resolves to the number of blocks that were stored. */
  async #ask(peer: string): Promise<number> {
    const { clock, logger, changed } = this.#init;
    let count = 0;
    try {
      for await (const _ of this.#blocks(peer)) {
        count++;
        // Checking takes time: other work on this node goes first.
        await this.#breathe(0);
      }
    } catch (error) {
      const { code, message } = problemOf(error);
      logger.debug('history-pull-failed', { peer, code, message });
      this.#shunned.set(peer, clock.now() + SHUN_MS);
    }
    if (count > 0) changed();
    return count;
  }

  async *#blocks(peer: string): AsyncGenerator<void> {
    const { channels, clock, community, filler, limits } = this.#init;
    const channel = await channels.open(peer, SNAPSHOT_PROTOCOL, this.#ended.signal);
    const quiet = idleTimeout(clock, channel, SILENCE_MS);
    try {
      const missing = filler.missing();
      if (!missing) return;
      await channel.send(encodeSnapshotWire(['past', community, missing.height]));
      await channel.close();
      for await (const bytes of channel.receive()) {
        const message = decodeSnapshotWire(bytes, ['block', 'end']);
        if (message[0] === 'end' || this.#ended.signal.aborted) return;
        quiet.heard();
        const [, block, closing, certificate] = message;
        const headers = closing.map(openHeader);
        const seal = certificate && { headers, certificate: openCertificate(certificate) };
        filler.fill(openBlock(block, limits), seal);
        yield;
      }
    } finally {
      quiet.stop();
      await channel.close();
    }
  }

  #breathe(ms: number): Promise<void> {
    return sleep(this.#init.clock, ms, this.#ended.signal);
  }
}
