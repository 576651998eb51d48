import type { Rtc } from './ports.ts';

/** RTP parameters as browsers send them, for tests. Each track needs an SSRC of its own. */

const MID = { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 };

export function opusTrack(ssrc: number): Rtc {
  return {
    mid: String(ssrc % 1000),
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1, usedtx: 1 },
        rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
      },
    ],
    headerExtensions: [MID, { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1 }],
    encodings: [{ ssrc, dtx: true }],
    rtcp: { cname: 'tide', reducedSize: true },
  };
}

/** A camera in `layers` sizes. */
export function vp8Track(ssrc: number, layers = 1): Rtc {
  return {
    mid: String(ssrc % 1000),
    codecs: [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        parameters: {},
        rtcpFeedback: [{ type: 'nack', parameter: 'pli' }, { type: 'goog-remb' }],
      },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
    ],
    headerExtensions: [MID],
    encodings: Array.from({ length: layers }, (_, layer) => ({
      ssrc: ssrc + layer,
      rtx: { ssrc: ssrc + 100 + layer },
      scalabilityMode: 'L1T3',
      maxBitrate: 200_000 * 3 ** layer,
    })),
    rtcp: { cname: 'tide', reducedSize: true },
  };
}

/** A browser that decodes sound alone. */
export const soundOnly: Rtc = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48_000, channels: 2 },
  ],
  headerExtensions: [],
};

export const dtlsOfBrowser: Rtc = {
  role: 'client',
  fingerprints: [
    {
      algorithm: 'sha-256',
      value: Array.from({ length: 32 }, (_, at) => (at + 16).toString(16).toUpperCase()).join(':'),
    },
  ],
};
