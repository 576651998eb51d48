import type { Clock } from '../kernel/clock.ts';
import { answerHandshake, type HandshakeInit } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { openManifest } from './manifest.ts';
import type { FileStore } from './store.ts';
import { watchTransfer } from './watchdog.ts';
import { decodeFileMessage, encodeFileMessage } from './wire.ts';
import { problem } from './problems.ts';

/** Concurrent transfers of one peer. */
const MAX_CHANNELS = 2;
/** Bytes sent to one peer per minute. */
const MAX_BYTES_A_MINUTE = 128 * 1024 * 1024;
const SILENCE_MS = 30_000;
const DEADLINE_MS = 600_000;

interface Served {
  channels: number;
  bytes: number;
  minute: number;
}

/** Serves files to members, within limits for each peer. */
export class FileServer {
  readonly #init: HandshakeInit;
  readonly #store: FileStore;
  readonly #clock: Clock;
  readonly #served = new Map<string, Served>();

  constructor(init: HandshakeInit, store: FileStore) {
    this.#init = init;
    this.#store = store;
    this.#clock = init.clock;
  }

  /** Answers one channel. Rejects with a Problem if the peer violates the protocol. */
  async answer(channel: Channel): Promise<void> {
    const served = this.#servedTo(channel.peer);
    if (served.channels >= MAX_CHANNELS) throw problem('busy');
    served.channels++;
    const watch = watchTransfer(channel, this.#clock, { silenceMs: SILENCE_MS, deadlineMs: DEADLINE_MS });
    try {
      await this.#serve(channel, served, watch.heard);
    } finally {
      watch.stop();
      served.channels--;
    }
  }

  #servedTo(peer: string): Served {
    const minute = Math.floor(this.#clock.now() / 60_000);
    for (const [other, { channels, minute: at }] of this.#served) {
      if (channels === 0 && at !== minute) this.#served.delete(other);
    }
    const served = this.#served.get(peer) ?? { channels: 0, bytes: 0, minute };
    if (served.minute !== minute) Object.assign(served, { bytes: 0, minute });
    this.#served.set(peer, served);
    return served;
  }

  async #serve(channel: Channel, served: Served, heard: () => void): Promise<void> {
    const messages = channel.receive();
    if (!(await answerHandshake(this.#init, channel, messages))) return;
    heard();
    const second = await messages.next();
    if (second.done) return;
    heard();
    const [, id, from] = decodeFileMessage(second.value, ['get']);
    const row = this.#store.row(id);
    const end = (why: 'done' | 'missing' | 'busy') => channel.send(encodeFileMessage(['end', why]));
    if (!row?.manifest || row.private === 1) return end('missing');
    const { chunks } = openManifest(row.manifest, row.size);
    await channel.send(encodeFileMessage(['manifest', row.manifest]));
    for (let n = from; n < chunks.length; n++) {
      if (served.bytes > MAX_BYTES_A_MINUTE) return end('busy');
      const bytes = await this.#store.readChunk(chunks[n]!);
      if (!bytes) return end('missing');
      served.bytes += bytes.length;
      await channel.send(encodeFileMessage(['chunk', n, bytes]));
      heard();
    }
    await end('done');
  }
}
