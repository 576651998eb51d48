import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A camera that shows one colour and a microphone that hears one tone, so that each person can be told apart. */
export interface FakePerson {
  readonly colour: string;
  readonly hertz: number;
}

/** Makes the files of fake devices. Returns the options of Chromium that use them in place of hardware. */
export function fakeDevices({ colour, hertz }: FakePerson): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'impulse-devices-'));
  const video = join(folder, 'camera.y4m');
  const audio = join(folder, 'microphone.wav');
  const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', ...args]);
  // A still picture would be coded once and then hardly at all.
  ffmpeg('-i', `color=${colour}:s=320x240:r=10:d=4,noise=alls=6:allf=t`, '-pix_fmt', 'yuv420p', video);
  ffmpeg('-i', `sine=frequency=${hertz}:sample_rate=48000:d=30`, '-ac', '1', audio);
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
    `--use-file-for-fake-audio-capture=${audio}`,
    '--allow-loopback-in-peer-connection',
    '--autoplay-policy=no-user-gesture-required',
  ];
}
