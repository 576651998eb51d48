import { equalBytes, toHex } from '../kernel/bytes.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { sha256 } from '../kernel/sha256.ts';
import { checkAnswer, sendHandshake, type HandshakeInit } from '../log/handshake.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { chunkBytes, openManifest, type SealedManifest } from './manifest.ts';
import type { FileStore } from './store.ts';
import { watchTransfer } from './watchdog.ts';
import { decodeFileMessage, encodeFileMessage, FILES_PROTOCOL } from './wire.ts';
import { problem } from './problems.ts';

const SILENCE_MS = 20_000;
const DEADLINE_MS = 300_000;
/** How long a peer that sent wrong bytes is not asked for files, in milliseconds. */
const SHUN_MS = 600_000;
/** Codes that only a malicious peer causes. */
const HOSTILE = new Set(['wrong-chunk', 'bad-manifest', 'malformed', 'bad-signature', 'wrong-community']);
/** Codes that end the search, since no other peer can help. */
const FINAL = new Set(['disk-full', 'read-only', 'file-budget', 'file-quota', 'cancelled']);

export interface FetchInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
  readonly logger: Logger;
  readonly maxFileBytes: () => number;
}

/**
 * Fetches files from peers chunk by chunk. Each chunk is checked before it is stored, and a broken transfer
 * resumes later.
 */
export class FileFetcher {
  readonly #init: FetchInit;
  readonly #store: FileStore;
  readonly #shunned = new Map<string, number>();
  readonly #running = new Map<string, { done: Promise<void>; abort: AbortController; waiting: number }>();

  constructor(init: FetchInit, store: FileStore) {
    this.#init = init;
    this.#store = store;
  }

  /**
   * Resolves once the file is complete here. Concurrent requests for a file share one transfer.
   * Throws a Problem `file-unavailable`, `cancelled`, `file-budget`, `file-quota` or `disk-full`.
   */
  async fetch(id: Uint8Array, signal?: AbortSignal): Promise<void> {
    const key = toHex(id);
    const run = this.#running.get(key) ?? this.#begin(key, id);
    run.waiting++;
    let cancel = () => {};
    try {
      await Promise.race([
        run.done,
        new Promise<never>((_, reject) => {
          cancel = () => reject(problem('cancelled'));
          if (signal?.aborted) cancel();
          signal?.addEventListener('abort', cancel, { once: true });
        }),
      ]);
    } finally {
      signal?.removeEventListener('abort', cancel);
      run.waiting--;
      if (run.waiting === 0) run.abort.abort();
    }
  }

  stop(): void {
    for (const { abort } of this.#running.values()) abort.abort();
  }

  #begin(key: string, id: Uint8Array) {
    const abort = new AbortController();
    const done = this.#fromPeers(id, abort.signal).finally(() => this.#running.delete(key));
    const run = { done, abort, waiting: 0 };
    this.#running.set(key, run);
    return run;
  }

  async #fromPeers(id: Uint8Array, signal: AbortSignal): Promise<void> {
    const { transport, clock, logger } = this.#init;
    const peers = transport
      .peers()
      .sort((a, b) => b.score - a.score || (a.latencyMs ?? 1e6) - (b.latencyMs ?? 1e6));
    for (const { peer } of peers) {
      if ((this.#shunned.get(peer) ?? 0) > clock.now()) continue;
      try {
        await this.#from(peer, id, signal);
      } catch (error) {
        const { code } = problemOf(error);
        if (signal.aborted) throw problem('cancelled');
        if (FINAL.has(code)) throw error;
        if (HOSTILE.has(code)) this.#shunned.set(peer, clock.now() + SHUN_MS);
        logger.info('file-not-given', { peer, code });
      }
      if (this.#store.isComplete(id)) return;
    }
    throw problem('file-unavailable');
  }

  async #from(peer: string, id: Uint8Array, signal: AbortSignal): Promise<void> {
    const { transport, clock } = this.#init;
    const channel = await transport.open(peer, FILES_PROTOCOL, signal);
    const watch = watchTransfer(channel, clock, { silenceMs: SILENCE_MS, deadlineMs: DEADLINE_MS, signal });
    try {
      const messages = channel.receive();
      const next = async (): Promise<Uint8Array> => {
        const message = await messages.next();
        if (message.done) throw problem('channel-broken');
        watch.heard();
        return message.value;
      };
      await this.#greet(channel, next);
      await this.#take(channel, id, next);
      await channel.close();
    } catch (error) {
      channel.abort(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      watch.stop();
    }
  }

  async #greet(channel: Channel, next: () => Promise<Uint8Array>): Promise<void> {
    await channel.send(encodeMessage(sendHandshake(this.#init, channel.peer, 'opener')));
    await checkAnswer(this.#init, channel.peer, await next());
  }

  async #take(channel: Channel, id: Uint8Array, next: () => Promise<Uint8Array>): Promise<void> {
    const from = this.#store.row(id)?.manifest ? (this.#store.firstMissing(id) ?? 0) : 0;
    await channel.send(encodeFileMessage(['get', id, from]));
    const answer = decodeFileMessage(await next(), ['manifest', 'end']);
    if (answer[0] === 'end') return;
    const manifest = openManifest(answer[1], this.#init.maxFileBytes());
    if (!equalBytes(manifest.id, id)) throw problem('other-manifest');
    await this.#store.exclusively(async () => this.#store.expect(manifest, null));
    for (let n = from; n < manifest.chunks.length && !this.#store.isComplete(id); n++) {
      const message = decodeFileMessage(await next(), ['chunk', 'end']);
      if (message[0] === 'end') return;
      await this.#keep(manifest, n, message[1], message[2]);
    }
  }

  async #keep(manifest: SealedManifest, expected: number, n: number, bytes: Uint8Array): Promise<void> {
    const hash = manifest.chunks[expected]!;
    const fits =
      n === expected && bytes.length === chunkBytes(manifest.size, n) && equalBytes(sha256(bytes), hash);
    if (!fits) throw problem('wrong-chunk');
    await this.#store.exclusively(() => this.#store.addChunk(manifest.id, n, hash, bytes));
  }
}
