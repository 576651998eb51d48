import type { StreamMuxerFactory } from '@libp2p/interface';
import { yamux, type FrameHeader, type YamuxMuxerInit } from '@libp2p/yamux';

/** The part of a muxer that its public type omits. */
interface Sender {
  sendFrame(header: FrameHeader, data?: unknown): boolean;
}

/** Type and flag of frames: https://github.com/hashicorp/yamux/blob/master/spec.md */
const WINDOW_UPDATE = 1;
const RESET = 8;
/** Half of the smallest window: a peer still has the other half when the update leaves. */
const UPDATE_THRESHOLD_BYTES = 128 * 1024;
/** Streams with pending bytes; beyond it, those that were closed are forgotten. More than the streams that may be open. */
const MAX_PENDING = 600;

/**
 * Yamux that sends a window update once half of a window is free, as the reference implementation does. The library sends
 * one after every frame, which doubles the frames of a node that receives many small messages.
 */
export function coalescingYamux(init: YamuxMuxerInit): () => StreamMuxerFactory {
  const make = yamux(init);
  return () => {
    const factory = make();
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection);
        const open = () => muxer.streams.map(({ streamId }) => streamId);
        const sender = muxer as unknown as Sender;
        sender.sendFrame = coalesceWindowUpdates(sender.sendFrame.bind(muxer), open);
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
  send: Sender['sendFrame'],
  openStreams: () => readonly number[],
): Sender['sendFrame'] {
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
