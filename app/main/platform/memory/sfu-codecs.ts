import type { Rtc } from '../../calls/ports.ts';

const feedback = ['nack pli', 'ccm fir', 'goog-remb', 'transport-cc'].map((text) => {
  const [type = '', parameter = ''] = text.split(' ');
  return { type, parameter };
});

/** The codecs of a room, as those of mediasoup's rooms. */
export const capabilities: Rtc = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      clockRate: 48_000,
      channels: 2,
      preferredPayloadType: 100,
      parameters: { useinbandfec: 1 },
      rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
    },
    ...['VP8', 'VP9', 'AV1', 'H264'].flatMap((name, at) => {
      const payloadType = 101 + 2 * at;
      const common = { kind: 'video', clockRate: 90_000 };
      const codec: Rtc = {
        ...common,
        mimeType: `video/${name}`,
        preferredPayloadType: payloadType,
        rtcpFeedback: feedback,
      };
      const repair: Rtc = {
        ...common,
        mimeType: 'video/rtx',
        preferredPayloadType: payloadType + 1,
        parameters: { apt: payloadType },
      };
      return [codec, repair];
    }),
  ],
  headerExtensions: ['audio', 'video'].map((kind) => ({
    kind,
    uri: 'urn:ietf:params:rtp-hdrext:sdes:mid',
    preferredId: 1,
    preferredEncrypt: false,
    direction: 'sendrecv',
  })),
};

/** The codecs of {@link capabilities} without repairs, in lower case. */
export const carried = ['audio/opus', 'video/vp8', 'video/vp9', 'video/av1', 'video/h264'];
