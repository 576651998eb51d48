import type { types } from 'mediasoup';

/** The bit rate that the SFU asks a browser for at first, so that the first pictures are sharp; it adapts within seconds. */
const START_KBPS = 1000;

/**
 * The codecs that rooms carry, the most wanted first: a browser sends with the first codec that it can encode unless it is told
 * otherwise. Opus repairs losses by its own redundancy (FEC); whether it pauses in silence (DTX) is up to the sender.
 */
export const codecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1 } },
  {
    kind: 'video',
    mimeType: 'video/VP8',
    clockRate: 90_000,
    parameters: { 'x-google-start-bitrate': START_KBPS },
  },
  {
    kind: 'video',
    mimeType: 'video/VP9',
    clockRate: 90_000,
    parameters: { 'profile-id': 0, 'x-google-start-bitrate': START_KBPS },
  },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
  // Constrained baseline, which hardware encodes everywhere.
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: {
      'packetization-mode': 1,
      'profile-level-id': '42e01f',
      'level-asymmetry-allowed': 1,
      'x-google-start-bitrate': START_KBPS,
    },
  },
];
