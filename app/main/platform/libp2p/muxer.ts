import type { StreamMuxerFactory } from '@libp2p/interface';
import { yamux, type FrameHeader, type YamuxMuxerInit } from '@libp2p/yamux';

/** The part of a muxer that its public type omits. */
interface Sender {
  sendFrame(header: FrameHeader, data?: unknown): boolean;
}

/** Type and flag of frames: https://github.com/hashicorp/yamux/blob/master/spec.md */
const WINDOW_UPDATE = 1;
const RESET = 8;
/** Half of the smallest window: the peer never waits for an update, because the other half is still free. */
const WORTH_TELLING_BYTES = 128 * 1024;
/** Streams with untold bytes are looked through when there are so many more than open ones. */
const SPARE_STREAMS = 64;

/**
 * Yamux that tells its peer of a window's free bytes when there are many, as the reference implementation does. The
 * library tells after every frame, which doubles the messages of a node that receives many small ones.
 */
export function quietYamux(init: YamuxMuxerInit): () => StreamMuxerFactory {
  const make = yamux(init);
  return () => {
    const factory = make();
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection);
        const open = () => muxer.streams.map(({ streamId }) => streamId);
        const sender = muxer as unknown as Sender;
        sender.sendFrame = tellingRarely(sender.sendFrame.bind(muxer), open);
        return muxer;
      },
    };
  };
}

/**
 * Collects the window updates of each stream.
 *
 * @param send sends a frame; false if the sender should wait.
 * @param openStreams ids of the streams that are open.
 */
export function tellingRarely(
  send: Sender['sendFrame'],
  openStreams: () => readonly number[],
): Sender['sendFrame'] {
  const untold = new Map<number, number>();
  return (header, data) => {
    const { type, flag, streamID, length } = header;
    if ((flag & RESET) !== 0) untold.delete(streamID);
    if ((type as number) !== WINDOW_UPDATE || flag !== 0) return send(header, data);
    const bytes = (untold.get(streamID) ?? 0) + length;
    if (bytes >= WORTH_TELLING_BYTES) {
      untold.delete(streamID);
      return send({ ...header, length: bytes }, data);
    }
    untold.set(streamID, bytes);
    const open = openStreams();
    if (untold.size > open.length + SPARE_STREAMS) {
      for (const id of untold.keys()) if (!open.includes(id)) untold.delete(id);
    }
    return true;
  };
}
