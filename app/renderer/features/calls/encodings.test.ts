import { expect, test } from 'vitest';
import { codecOptionsOf, encodingsOf } from './encodings.ts';
import { levelOf } from './devices.ts';

const heights = (captured: number, quality: 'auto' | '360p' | '1080p') =>
  encodingsOf('camera', captured, quality).map(({ scaleResolutionDownBy = 1 }) =>
    Math.round(captured / scaleResolutionDownBy),
  );
const rates = (captured: number, quality: 'auto' | '360p' | '1080p') =>
  encodingsOf('camera', captured, quality).map(({ maxBitrate }) => maxBitrate);

test('a camera is sent in layers, smallest first, at the bandwidth of each step', () => {
  expect(heights(720, 'auto')).toEqual([180, 360, 720]);
  expect(rates(720, 'auto')).toEqual([150_000, 500_000, 1_500_000]);
  expect(heights(1080, '1080p')).toEqual([180, 360, 1080]);
  expect(rates(1080, '1080p')).toEqual([150_000, 500_000, 3_000_000]);
  expect(heights(720, '360p')).toEqual([180, 360]);
});

test('a camera that captures little is not scaled up', () => {
  expect(heights(480, 'auto')).toEqual([180, 360]);
  expect(encodingsOf('camera', 120, 'auto')).toHaveLength(1);
});

test('a screen is sent in one layer, so that its text stays legible', () => {
  expect(encodingsOf('screen', 1440, 'auto')).toHaveLength(1);
  expect(encodingsOf('screen', 1440, 'auto')[0]?.scaleResolutionDownBy).toBeUndefined();
});

test('a voice is sent with DTX and FEC, and at 50 to 100 kbit/s where it is alone', () => {
  const alone = codecOptionsOf('microphone', 'audio');
  expect(alone).toMatchObject({ opusDtx: true, opusFec: true, opusStereo: false });
  expect(alone.opusMaxAverageBitrate).toBeGreaterThanOrEqual(50_000);
  expect(alone.opusMaxAverageBitrate).toBeLessThanOrEqual(100_000);
  expect(codecOptionsOf('screen-sound', 'auto')).toMatchObject({ opusStereo: true, opusDtx: false });
});

test('a level is 0 in silence and 1 at full scale', () => {
  expect(levelOf(new Float32Array(64))).toBe(0);
  expect(levelOf(new Float32Array(64).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(64).fill(0.03))).toBeCloseTo(0.49, 1);
});
