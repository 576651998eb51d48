import type { StreamMuxerFactory } from '@libp2p/interface';
import { yamux, type FrameHeader, type YamuxMuxerInit } from '@libp2p/yamux';
import type { Clock } from '../../kernel/clock.ts';
import { problem } from './problems.ts';

/** The parts of a muxer that its public type omits. */
interface Inside {
  sendFrame(header: FrameHeader, data?: unknown): boolean;
  handleFrame(frame: { readonly header: FrameHeader }): void;
}

/** Types and flags of frames: https://github.com/hashicorp/yamux/blob/master/spec.md */
const DATA = 0;
const WINDOW_UPDATE = 1;
const RESET = 8;
/** Half of the smallest window: a peer still has the other half when the update leaves. */
const UPDATE_THRESHOLD_BYTES = 128 * 1024;
/**
 * The memory and work that a frame costs beside its bytes, as bytes that its sender has to send with it on average, and
 * the debt allowed at once and a second, in the same bytes.
 */
const FRAME_COST_BYTES = 64;
const CONTROL_COST_BYTES = 8;
const FRAME_BURST_BYTES = 256 * 1024;
const FRAME_BYTES_PER_SECOND = 64 * 1024;
/** Streams with pending bytes; beyond it, those that were closed are forgotten. More than the streams that may be open. */
const MAX_PENDING = 600;

/**
 * Yamux that sends a window update once half of a window is free, as the reference implementation does. The library sends
 * one after every frame, which doubles the frames of a node that receives many small messages. It also ends connections
 * whose frames cost this node much more than they carry.
 */
export function coalescingYamux(init: YamuxMuxerInit, clock: Clock): () => StreamMuxerFactory {
  const make = yamux(init);
  return () => {
    const factory = make();
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection);
        const open = () => muxer.streams.map(({ streamId }) => streamId);
        const inside = muxer as unknown as Inside;
        inside.sendFrame = coalesceWindowUpdates(inside.sendFrame.bind(muxer), open);
        const budget = new FrameBudget(clock);
        const handle = inside.handleFrame.bind(muxer);
        inside.handleFrame = (frame) => {
          // A failure here ends the connection.
          budget.charge(frame.header);
          handle(frame);
        };
        return muxer;
      },
    };
  };
}

/**
 * Coalesces the window updates of each stream.
 *
 * @param send sends a frame; false if the sender should wait.
 * @param openStreams ids of the streams that are open.
 */
export function coalesceWindowUpdates(
  send: Inside['sendFrame'],
  openStreams: () => readonly number[],
): Inside['sendFrame'] {
  const pending = new Map<number, number>();
  return (header, data) => {
    const { type, flag, streamID, length } = header;
    if ((flag & RESET) !== 0) pending.delete(streamID);
    if ((type as number) !== WINDOW_UPDATE || flag !== 0) return send(header, data);
    const bytes = (pending.get(streamID) ?? 0) + length;
    if (bytes >= UPDATE_THRESHOLD_BYTES) {
      pending.delete(streamID);
      return send({ ...header, length: bytes }, data);
    }
    pending.set(streamID, bytes);
    if (pending.size > MAX_PENDING) {
      const open = openStreams();
      for (const id of pending.keys()) if (!open.includes(id)) pending.delete(id);
    }
    return true;
  };
}

/** The allowance of a peer for frames that carry little. */
export class FrameBudget {
  readonly #clock: Clock;
  #left = FRAME_BURST_BYTES;
  #filledAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** Charges a received frame. Throws a Problem `frames-too-small` when nothing is left. */
  charge({ type, length }: Pick<FrameHeader, 'type' | 'length'>): void {
    // Other frames are kept nowhere.
    const gain = (type as number) === DATA ? length - FRAME_COST_BYTES : -CONTROL_COST_BYTES;
    this.#left = Math.min(FRAME_BURST_BYTES, this.#left + gain);
    if (this.#left >= 0) return;
    const now = this.#clock.now();
    const gained = (Math.max(0, now - this.#filledAt) / 1000) * FRAME_BYTES_PER_SECOND;
    this.#filledAt = now;
    this.#left = Math.min(FRAME_BURST_BYTES, this.#left + gained);
    if (this.#left < 0) throw problem('frames-too-small');
  }
}
