import { execFileSync } from 'node:child_process';

interface Stream {
  readonly codec_name: string;
  readonly width?: number;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** The streams of a file. */
export function probe(path: string): Stream[] {
  const args = ['-v', 'error', '-show_streams', '-of', 'json', path];
  return (JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as { streams: Stream[] }).streams;
}

/** The average red, green and blue, from 0 to 255, of a part of a picture. @param crop `width:height:x:y` in pixels. */
export function averageColour(path: string, atSeconds: number, crop: string): number[] {
  const filter = `crop=${crop},scale=1:1:flags=area,format=rgb24`;
  const args = ['-v', 'error', '-ss', String(atSeconds), '-i', path, '-frames:v', '1', '-vf', filter];
  return [...execFileSync('ffmpeg', [...args, '-f', 'rawvideo', 'pipe:1'])];
}

/** How loud a tone is in a part of a file, in decibels of full scale: its amplitude by the Goertzel algorithm. */
export function loudness(path: string, hertz: number, fromSeconds: number, seconds: number): number {
  const RATE = 16_000;
  const input = ['-v', 'error', '-i', path, '-ss', String(fromSeconds), '-t', String(seconds)];
  const raw = execFileSync('ffmpeg', [...input, '-ac', '1', '-ar', String(RATE), '-f', 'f32le', 'pipe:1'], {
    maxBuffer: MAX_BYTES,
  });
  const samples = new Float32Array(new Uint8Array(raw).buffer);
  let real = 0;
  let imaginary = 0;
  for (const [n, sample] of samples.entries()) {
    const angle = (2 * Math.PI * hertz * n) / RATE;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  }
  const amplitude = (2 * Math.hypot(real, imaginary)) / Math.max(1, samples.length);
  return 20 * Math.log10(Math.max(amplitude, 1e-6));
}
