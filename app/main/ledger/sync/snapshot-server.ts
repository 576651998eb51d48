import { equalBytes } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem, problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channel } from '../../log/transport.ts';
import { encodeBlock } from '../types/block.ts';
import type { Channels } from '../consensus/catch-up.ts';
import { encodeCertificate } from '../types/certificate.ts';
import type { Chain } from '../chain/chain.ts';
import { Prover } from '../chain/prover.ts';
import { idleTimeout } from '../../log/idle-timeout.ts';
import {
  decodeSnapshotWire,
  encodeSnapshotWire,
  sendPieces,
  SNAPSHOT_PROTOCOL,
  type SnapshotWire,
} from './snapshot-wire.ts';
import { problem } from '../problems.ts';

const MAX_QUESTIONS = 5000;
const MAX_PAST_BLOCKS = 256;
const MAX_PAST_BYTES = 1024 * 1024;
/** How long an idle peer keeps its channel, in milliseconds. */
const SILENCE_MS = 20_000;

export interface SnapshotServerInit {
  readonly chain: Chain;
  readonly transport: Pick<Channels, 'handle'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** [Q8] Sends snapshots and past blocks to peers. */
export class SnapshotServer {
  readonly #init: SnapshotServerInit;
  readonly #prover: Prover;
  /** The last manifest that was made; the newest is requested again and again. */
  #head: { height: number; manifest: Uint8Array } | null = null;
  #running = false;

  constructor(init: SnapshotServerInit) {
    const { chain, transport } = init;
    this.#init = init;
    this.#prover = new Prover(chain.origin.id, chain.store);
    transport.handle(SNAPSHOT_PROTOCOL, (channel) => this.#serve(channel));
  }

  start(): void {
    this.#running = true;
  }

  stop(): void {
    this.#running = false;
  }

  async #serve(channel: Channel): Promise<void> {
    if (!this.#running) return;
    const { clock, logger } = this.#init;
    const quiet = idleTimeout(clock, channel, SILENCE_MS);
    try {
      let questions = 0;
      for await (const bytes of channel.receive()) {
        quiet.heard();
        if (++questions > MAX_QUESTIONS) throw problem('too-many-questions');
        await this.#answer(channel, decodeSnapshotWire(bytes, ['newest', 'part', 'past']));
        quiet.heard();
      }
      await channel.close();
    } catch (error) {
      logger.debug('snapshot-answer-failed', { peer: channel.peer, code: problemOf(error).code });
      channel.abort(problem('answer-failed'));
    } finally {
      quiet.stop();
    }
  }

  async #answer(channel: Channel, question: SnapshotWire<'newest' | 'part' | 'past'>): Promise<void> {
    const { chain } = this.#init;
    if (!equalBytes(question[1], chain.origin.id)) {
      throw problem('foreign-peer');
    }
    if (question[0] === 'newest') return sendPieces(channel, this.#newest());
    if (question[0] === 'part') return sendPieces(channel, chain.snapshots.part(question[2], question[3]));
    return this.#past(channel, question[2]);
  }

  /** The manifest of the newest snapshot that this node can prove. */
  #newest(): Uint8Array | null {
    const { snapshots } = this.#init.chain;
    for (const height of snapshots.heights()) {
      if (this.#head?.height === height) return this.#head.manifest;
      try {
        const manifest = this.#prover.manifest(height, snapshots.cut(height)!);
        this.#head = { height, manifest };
        return manifest;
      } catch (error) {
        // Its certificate, or an earlier change of the validators, is not here yet.
        if (!(error instanceof Problem)) throw error;
      }
    }
    return null;
  }

  async #past(channel: Channel, from: number): Promise<void> {
    const { store } = this.#init.chain;
    let bytes = 0;
    for (let height = from; height > 0 && height > from - MAX_PAST_BLOCKS; height--) {
      const block = store.block(height);
      // A block whose transactions are not here yet is of no use to others.
      if (!block || block.transactions.length < block.header.count || bytes > MAX_PAST_BYTES) break;
      const encoded = encodeBlock(block);
      bytes += encoded.length;
      const seal = store.ownSeal(height);
      const closing = seal?.headers.map((header) => header.bytes) ?? [];
      await channel.send(
        encodeSnapshotWire(['block', encoded, closing, seal && encodeCertificate(seal.certificate)]),
      );
    }
    await channel.send(encodeSnapshotWire(['end']));
  }
}
