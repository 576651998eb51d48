import type { MediaKind } from '../../calls/ports.ts';

/** Payload types and the extension of loudness, as synthetic participants announce them. */
export const AUDIO_TYPE = 111;
export const VIDEO_TYPE = 96;
export const LEVEL_ID = 1;
/** A tick of the sender, in milliseconds: the length of an Opus packet. */
export const TICK_MS = 20;

/** 32 kbit/s of Opus: a frame of 20 ms (RFC 6716, section 3.1) of noise. */
const VOICE = Buffer.concat([Buffer.from([0xf8]), Buffer.alloc(79, 0x55)]);
/** Silence; with DTX a packet every 400 ms. */
const SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
const SILENCE_TICKS = 20;
/** 25 pictures a second in two packets: 400 kbit/s, about a picture of 360 lines. */
const PICTURE_TICKS = 2;
const PACKETS_A_PICTURE = 2;
const PICTURE_BYTES = 1000;
/** A picture that needs no other one, so that a receiver can begin: every second. */
const KEY_PICTURES = 25;
const QUIET = 127;
const LOUD = 20;

export interface Packet {
  readonly header: Buffer;
  readonly payload: Buffer;
  readonly rollover: number;
}

/** The packets of one synthetic track. Their content means nothing; their headers are genuine. */
export class Stream {
  readonly #ssrc: number;
  readonly #kind: MediaKind;
  #sequence: number;
  #rollover = 0;
  #pictures = 0;

  /** @param first the first sequence number. */
  constructor(ssrc: number, kind: MediaKind, first = 1) {
    this.#ssrc = ssrc;
    this.#kind = kind;
    this.#sequence = first & 0xff_ff;
  }

  /**
   * The packets that are due at a tick, counted from the start of all streams.
   *
   * @param talks whether its owner speaks; no effect on pictures.
   */
  due(tick: number, talks: boolean): Packet[] {
    if (this.#kind === 'video') return tick % PICTURE_TICKS === 0 ? this.#picture(tick) : [];
    if (!talks && tick % SILENCE_TICKS !== this.#ssrc % SILENCE_TICKS) return [];
    const [payload, level] = talks ? [VOICE, LOUD] : [SILENCE, QUIET];
    return [this.#packet(AUDIO_TYPE, tick * TICK_MS * 48, false, payload, level)];
  }

  #picture(tick: number): Packet[] {
    const isKey = this.#pictures++ % KEY_PICTURES === 0;
    return Array.from({ length: PACKETS_A_PICTURE }, (_, part) => {
      const payload = Buffer.alloc(PICTURE_BYTES, 0x55);
      // The descriptor of VP8 (RFC 7741, section 4.2): begins a partition or not, with a number of 15 bits of the picture.
      payload.set([part === 0 ? 0x90 : 0x80, 0x80]);
      payload.writeUInt16BE(0x80_00 | (this.#pictures & 0x7f_ff), 2);
      payload[4] = isKey ? 0 : 1;
      return this.#packet(VIDEO_TYPE, tick * TICK_MS * 90, part === PACKETS_A_PICTURE - 1, payload, null);
    });
  }

  #packet(type: number, time: number, ends: boolean, payload: Buffer, level: number | null): Packet {
    const header = Buffer.alloc(level === null ? 12 : 20);
    header[0] = level === null ? 0x80 : 0x90;
    header[1] = type | (ends ? 0x80 : 0);
    header.writeUInt16BE(this.#sequence, 2);
    header.writeUInt32BE(time >>> 0, 4);
    header.writeUInt32BE(this.#ssrc, 8);
    if (level !== null) {
      // Extensions of one byte each (RFC 8285): the level, then padding.
      header.set([0xbe, 0xde, 0, 1, LEVEL_ID << 4, (level === QUIET ? 0 : 0x80) | level, 0, 0], 12);
    }
    const packet = { header, payload, rollover: this.#rollover };
    this.#sequence = (this.#sequence + 1) & 0xff_ff;
    if (this.#sequence === 0) this.#rollover++;
    return packet;
  }
}
