import type { types } from 'mediasoup-client';
import type { CallSource } from '../../../contract/index.ts';
import type { Quality } from './media-port.ts';

type Encoding = types.RtpEncodingParameters;

/** Bits per second of a picture of this height, at most. */
const bitrates = { 180: 150_000, 360: 500_000, 720: 1_500_000, 1080: 3_000_000 } as const;
const SCREEN_BITRATE = 2_500_000;
const VOICE_BITRATE = 48_000;
/** Where no picture competes with it, a voice may take more. */
const VOICE_ALONE_BITRATE = 80_000;
const SCREEN_SOUND_BITRATE = 128_000;

const layer = (of: number, height: keyof typeof bitrates): Encoding => ({
  scaleResolutionDownBy: Math.max(1, of / height),
  maxBitrate: bitrates[height],
  scalabilityMode: 'L1T3',
});

/**
 * The layers of a source, smallest first. A camera is sent in up to three heights, so that each participant receives the one
 * that their tile and their network need; a screen in one, because its text must stay legible.
 *
 * @param height of the captured picture, in pixels; 0 if unknown.
 */
export function encodingsOf(source: CallSource, height: number, quality: Quality): Encoding[] {
  if (source === 'screen') return [{ maxBitrate: SCREEN_BITRATE, scalabilityMode: 'L1T3' }];
  if (source !== 'camera') return [{}];
  const largest = quality === '1080p' ? 1080 : quality === '360p' ? 360 : 720;
  const captured = height === 0 ? largest : height;
  const heights = largest === 1080 ? ([180, 360, 1080] as const) : ([180, 360, 720] as const);
  const layers = heights.filter((wanted) => wanted <= Math.min(captured, largest));
  return layers.length === 0
    ? [{ maxBitrate: bitrates[180], scalabilityMode: 'L1T3' }]
    : layers.map((wanted) => layer(captured, wanted));
}

/** Opus sends nothing during silence (DTX) and repairs lost packets (FEC); the sound of a screen is music or film. */
export function codecOptionsOf(source: CallSource, quality: Quality): types.ProducerCodecOptions {
  if (source === 'microphone')
    return {
      opusStereo: false,
      opusDtx: true,
      opusFec: true,
      opusMaxAverageBitrate: quality === 'audio' ? VOICE_ALONE_BITRATE : VOICE_BITRATE,
    };
  if (source === 'screen-sound')
    return { opusStereo: true, opusDtx: false, opusFec: true, opusMaxAverageBitrate: SCREEN_SOUND_BITRATE };
  return { videoGoogleStartBitrate: 600 };
}
