import type { CallSource } from '../../../../contract/index.ts';
import { joined, type Bytes } from './bytes.ts';

/**
 * [CE5] An encrypted frame: the bytes that the SFU needs, in the clear; the ciphertext with its tag; a trailer with the
 * generation (2 bytes), the step (2) and the counter (6).
 */
export const TRAILER_BYTES = 10;
export const TAG_BYTES = 16;
export const MAX_COUNTER = 2 ** 48 - 1;
const VERSION = 1;
/** The payload header of a VP8 key frame with its size, of another frame, and the byte that begins an Opus packet. */
const VP8_KEY_BYTES = 10;
const VP8_DELTA_BYTES = 1;
const OPUS_BYTES = 1;

const SOURCES: readonly CallSource[] = ['microphone', 'camera', 'screen', 'screen-sound'];
const isVideo = (source: CallSource) => source === 'camera' || source === 'screen';

export interface Stamp {
  readonly generation: number;
  readonly step: number;
  readonly counter: number;
}

/** How many bytes at the beginning of a frame stay clear, of `length` bytes of plain text. */
export function clearBytes(source: CallSource, frame: Uint8Array, length: number): number {
  // The lowest bit of a VP8 frame is 0 in a key frame (RFC 6386, 9.1).
  const isKey = ((frame[0] ?? 0) & 1) === 0;
  return Math.min(length, isVideo(source) ? (isKey ? VP8_KEY_BYTES : VP8_DELTA_BYTES) : OPUS_BYTES);
}

export function trailerOf({ generation, step, counter }: Stamp): Bytes {
  const bytes = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, generation);
  view.setUint16(2, step);
  view.setUint16(4, Math.floor(counter / 2 ** 32));
  view.setUint32(6, counter % 2 ** 32);
  return bytes;
}

/** Null if the frame is too short to be encrypted. */
export function stampOf(frame: Uint8Array): Stamp | null {
  if (frame.length <= TRAILER_BYTES + TAG_BYTES) return null;
  const view = new DataView(frame.buffer, frame.byteOffset + frame.length - TRAILER_BYTES, TRAILER_BYTES);
  return {
    generation: view.getUint16(0),
    step: view.getUint16(2),
    counter: view.getUint16(4) * 2 ** 32 + view.getUint32(6),
  };
}

/** The counter is the nonce: a key is used for one sender's frames only, and never counts a number twice. */
export function nonceOf(counter: number): Bytes {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, Math.floor(counter / 2 ** 32));
  view.setUint32(8, counter % 2 ** 32);
  return bytes;
}

/** The data that are authenticated beside the ciphertext: a frame of the camera is none of the screen. */
export const boundTo = (source: CallSource, clear: Uint8Array, trailer: Uint8Array): Bytes =>
  joined(Uint8Array.of(VERSION, SOURCES.indexOf(source)), clear, trailer);
