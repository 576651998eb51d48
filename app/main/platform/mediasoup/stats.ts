import type { types } from 'mediasoup';
import type { Direction, TransportStats } from '../../calls/ports.ts';

/** Enough to judge a connection; each costs a message to the worker. */
const MAX_TRACKS = 4;
/** RTCP counts lost packets in 256ths. */
const FRACTION = 256;

interface Track {
  readonly kind: types.MediaKind;
  readonly paused: boolean;
  getStats(): Promise<readonly types.BaseRtpStreamStats[]>;
}

/** How well a connection carries its media, by what the worker and the browser's receiver reports say. */
export async function statsOf(
  direction: Direction,
  transport: { getStats(): Promise<readonly types.BaseTransportStats[]> },
  tracks: readonly Track[],
): Promise<TransportStats> {
  const sampled = tracks
    .filter(({ paused }) => !paused)
    // Pictures suffer first.
    .toSorted((a, b) => Number(b.kind === 'video') - Number(a.kind === 'video'))
    .slice(0, MAX_TRACKS);
  const [[total], ...perTrack] = await Promise.all([
    transport.getStats(),
    ...sampled.map((track) => track.getStats().catch(() => [])),
  ]);
  // A consumer's statistics hold the producer's stream too, of type `inbound-rtp`.
  const wanted = direction === 'send' ? 'inbound-rtp' : 'outbound-rtp';
  const streams = perTrack.flat().filter((stream) => 'type' in stream && stream.type === wanted);
  const isSending = direction === 'send';
  const bits = isSending ? total?.recvBitrate : total?.sendBitrate;
  const bytes = isSending ? total?.rtpBytesReceived : total?.rtpBytesSent;
  const loss = isSending ? total?.rtpPacketLossReceived : total?.rtpPacketLossSent;
  return {
    bitsPerSecond: bits ?? 0,
    lossRate: bytes ? (loss ?? worst(streams.map(({ fractionLost }) => fractionLost / FRACTION))) : null,
    roundTripMs: worst(streams.map(({ roundTripTime }) => roundTripTime).filter((ms) => ms !== undefined)),
    jitterMs: worst(streams.map(({ jitter, kind }) => jitter / (kind === 'audio' ? 48 : 90))),
  };
}

const worst = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values);
