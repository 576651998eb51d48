import type * as z from 'zod';
import { DtlsParameters, PlainParameters } from '../../calls/adapter-ports.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Direction, SfuRoom, SfuTap } from '../../calls/ports.ts';
import { problem } from './problems.ts';
import { capabilities } from './sfu-codecs.ts';
import { MemorySfuTransport } from './sfu-transport.ts';
import { MemoryTap } from './sfu-tap.ts';
import type { MemoryConsumer, MemoryProducer } from './sfu-tracks.ts';

type Levels = readonly { readonly producer: string; readonly level: number }[];

export interface MemoryRoomParts {
  readonly pid: number;
  readonly clock: Clock;
  readonly id: (kind: string) => string;
  readonly closed: () => void;
}

/** A room without media. */
export class MemorySfuRoom implements SfuRoom {
  readonly capabilities = capabilities;
  readonly pid: number;
  readonly transports = new Map<string, MemorySfuTransport>();
  readonly producers = new Map<string, MemoryProducer>();
  readonly #parts: MemoryRoomParts;
  #closed = false;
  #lost = false;
  #speaker: string | null = null;
  #onLevels: (levels: Levels) => void = () => {};
  #onSpeaker: (producer: string | null) => void = () => {};
  #onLost: () => void = () => {};

  constructor(parts: MemoryRoomParts) {
    this.#parts = parts;
    this.pid = parts.pid;
  }

  async connect(
    direction: Direction,
    _limits: { readonly bitsPerSecond: number },
  ): Promise<MemorySfuTransport> {
    return this.#connect(direction, DtlsParameters);
  }

  async connectPlain(direction: Direction): Promise<MemorySfuTransport> {
    return this.#connect(direction, PlainParameters);
  }

  #connect(direction: Direction, form: z.ZodType): MemorySfuTransport {
    if (this.#closed) throw problem('sfu-closed');
    const { clock, id } = this.#parts;
    const transport = new MemorySfuTransport(this, { clock, id, direction, form });
    this.transports.set(transport.id, transport);
    return transport;
  }

  async tap(id: string): Promise<SfuTap | null> {
    if (this.#closed) throw problem('sfu-closed');
    const producer = this.producers.get(id);
    if (producer === undefined) throw problem('producer-unknown');
    return producer.codec === 'video/av1' ? null : new MemoryTap(producer);
  }

  onLevels(listener: (levels: Levels) => void): void {
    this.#onLevels = listener;
  }

  onSpeaker(listener: (producer: string | null) => void): void {
    this.#onSpeaker = listener;
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
    if (this.#lost) listener();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const transport of this.transports.values()) transport.close();
    this.#onLevels = () => {};
    this.#onSpeaker = () => {};
    this.#parts.closed();
  }

  lose(): void {
    this.#lost = true;
    this.close();
    this.#onLost();
  }

  hear(levels: Levels): void {
    this.#onLevels(levels);
    this.#announce(levels[0]?.producer ?? null);
  }

  ended(producer: string): void {
    this.producers.delete(producer);
    if (this.#speaker === producer) this.#announce(null);
  }

  consumer(id: string): MemoryConsumer | undefined {
    for (const transport of this.transports.values()) {
      const found = transport.consumers.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  tally(): { transports: number; producers: number; consumers: number } {
    const consumers = [...this.transports.values()].reduce((sum, { consumers: { size } }) => sum + size, 0);
    return { transports: this.transports.size, producers: this.producers.size, consumers };
  }

  #announce(producer: string | null): void {
    if (this.#speaker === producer) return;
    this.#speaker = producer;
    this.#onSpeaker(producer);
  }
}
