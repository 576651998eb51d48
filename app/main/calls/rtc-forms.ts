import * as z from 'zod';

/**
 * The WebRTC parameters that a browser sends, in mediasoup's terms: typed and with limits, before an SFU sees it. An SFU packs these
 * values into messages to another process, so a value of another type must not get that far. Unknown fields are dropped.
 */

const PayloadType = z.number().int().min(0).max(127);
const Ssrc = z.number().int().min(1).max(0xff_ff_ff_ff);
const MimeType = z.string().regex(/^(audio|video)\/[\w.+-]{1,40}$/i);
const ClockRate = z.number().int().min(1).max(200_000);
const Channels = z.number().int().min(1).max(8);
const ExtensionId = z.number().int().min(1).max(255);
const Uri = z.string().min(1).max(200);

const Parameters = z
  .record(
    z.string().min(1).max(60),
    z.union([
      z.string().max(300),
      z
        .number()
        .int()
        .min(-(2 ** 31))
        .max(2 ** 31 - 1),
    ]),
  )
  .refine((parameters) => Object.keys(parameters).length <= 32, 'A codec has at most 32 parameters.');

const Feedback = z
  .array(z.object({ type: z.string().min(1).max(40), parameter: z.string().max(40).optional() }))
  .max(16);

const Encoding = z.object({
  ssrc: Ssrc.optional(),
  rid: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,16}$/)
    .optional(),
  codecPayloadType: PayloadType.optional(),
  rtx: z.object({ ssrc: Ssrc }).optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: z
    .string()
    .regex(/^[LS][1-4]T[1-4]h?(_KEY(_SHIFT)?)?$/)
    .optional(),
  scaleResolutionDownBy: z.number().min(1).max(64).optional(),
  maxBitrate: z.number().int().min(0).max(100_000_000).optional(),
});

/** How a track arrives. */
export const RtpParameters = z.object({
  mid: z.string().min(1).max(32).optional(),
  msid: z.string().max(200).optional(),
  codecs: z
    .array(
      z.object({
        mimeType: MimeType,
        payloadType: PayloadType,
        clockRate: ClockRate,
        channels: Channels.optional(),
        parameters: Parameters.optional(),
        rtcpFeedback: Feedback.optional(),
      }),
    )
    .min(1)
    .max(16),
  headerExtensions: z
    .array(
      z.object({
        uri: Uri,
        id: ExtensionId,
        encrypt: z.boolean().optional(),
        parameters: Parameters.optional(),
      }),
    )
    .max(32)
    .optional(),
  encodings: z.array(Encoding).min(1).max(4),
  rtcp: z.object({ cname: z.string().max(255).optional(), reducedSize: z.boolean().optional() }).optional(),
});
export type RtpParameters = z.infer<typeof RtpParameters>;

/** Whether all codecs of a track are of its kind. */
export const carries = (kind: 'audio' | 'video', { codecs }: RtpParameters): boolean =>
  codecs.every(({ mimeType }) => mimeType.toLowerCase().startsWith(`${kind}/`));

const Kind = z.enum(['audio', 'video']);

/** The codecs that a browser can decode. */
export const RtpCapabilities = z.object({
  codecs: z
    .array(
      z.object({
        kind: Kind,
        mimeType: MimeType,
        preferredPayloadType: PayloadType,
        clockRate: ClockRate,
        channels: Channels.optional(),
        parameters: Parameters.optional(),
        rtcpFeedback: Feedback.optional(),
      }),
    )
    .max(128),
  headerExtensions: z
    .array(
      z.object({
        kind: Kind,
        uri: Uri,
        preferredId: ExtensionId,
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(64)
    .optional(),
});
export type RtpCapabilities = z.infer<typeof RtpCapabilities>;

/** The bytes of a digest. */
const digestBytes = { 'sha-1': 20, 'sha-224': 28, 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const;

/** The identity of a browser's end of DTLS. */
export const DtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(
      z
        .object({
          algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
          value: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){19,63}$/i),
        })
        .refine(({ algorithm, value }) => value.length === 3 * digestBytes[algorithm] - 1, 'wrong length'),
    )
    .min(1)
    .max(8),
});
export type DtlsParameters = z.infer<typeof DtlsParameters>;

/** How the SFU reaches a synthetic participant on its own machine. */
export const PlainParameters = z.object({
  port: z.number().int().min(1024).max(65_535),
  cryptoSuite: z.literal('AEAD_AES_128_GCM'),
  keyBase64: z.base64().length(40),
});
