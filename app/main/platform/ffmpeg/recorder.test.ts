import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { PlannedTrack } from '../../calls/adapter-ports.ts';
import type { RtpFormat } from '../../calls/ports.ts';
import type { ProblemFields } from '../../kernel/errors.ts';
import { createRecorder, findFfmpeg } from './index.ts';
import { averageColour, loudness, probe } from './test-decode.ts';
import { testFfmpeg } from './test-ffmpeg.ts';
import { describeTrack } from './writer.ts';

const opus: RtpFormat = { kind: 'audio', codec: 'opus', payloadType: 100, clockRate: 48_000, channels: 2 };
const vp8: RtpFormat = { kind: 'video', codec: 'VP8', payloadType: 101, clockRate: 90_000, channels: null };
const PATIENT = { timeout: 60_000, interval: 100 };

test('without ffmpeg the recorder says what is missing', async () => {
  const recorder = createRecorder({ bin: () => null });
  expect(recorder.trouble()).toMatchObject({ code: 'ffmpeg-missing' });
  await expect(recorder.write(opus, '/nowhere')).rejects.toMatchObject({ code: 'ffmpeg-missing' });
});

test('ffmpeg is what IMPULSE_FFMPEG names, else the first on the PATH', () => {
  const find = (env: Record<string, string>) => findFfmpeg({ env, platform: 'linux' });
  expect(find({ IMPULSE_FFMPEG: process.execPath, PATH: '' })).toBe(process.execPath);
  expect(find({ IMPULSE_FFMPEG: '/nowhere/ffmpeg', PATH: '/usr/bin' })).toBeNull();
  expect(find({ PATH: '/nowhere:' })).toBeNull();
});

test('a track is described for ffmpeg with its codec and port', () => {
  expect(describeTrack(opus, 40_000)).toContain('m=audio 40000 RTP/AVP 100\r\na=rtpmap:100 opus/48000/2\r\n');
  expect(describeTrack({ ...vp8, codec: 'H264' }, 40_000)).toContain('a=fmtp:101 packetization-mode=1');
});

describe.skipIf(testFfmpeg === null)('ffmpeg', { timeout: 120_000 }, () => {
  const bin = testFfmpeg!;
  const folder = mkdtempSync(join(tmpdir(), 'impulse-recorder-'));
  const recorder = createRecorder({ bin: () => bin });
  const senders: ChildProcess[] = [];
  afterEach(() => senders.splice(0).forEach((sender) => sender.kill('SIGKILL')));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Sends a tone or a colour as RTP, in real time. */
  const send = (port: number, source: string, format: RtpFormat) => {
    const coded =
      format.kind === 'audio'
        ? ['-c:a', 'libopus', '-ac', '2']
        : ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '10'];
    const to = ['-payload_type', String(format.payloadType), '-f', 'rtp', `rtp://127.0.0.1:${port}`];
    const input = ['-re', '-f', 'lavfi', '-i', source];
    senders.push(spawn(bin, ['-loglevel', 'error', ...input, ...coded, ...to], { stdio: 'ignore' }));
  };
  const written = async (name: string, source: string, format: RtpFormat): Promise<string> => {
    const path = join(folder, name);
    const writer = await recorder.write(format, path);
    send(writer.port, source, format);
    await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(20_000), PATIENT);
    await writer.end();
    return path;
  };

  test('writes tracks as they arrive and makes one file of them, at their times and places', async () => {
    const tone = await written('tone.mka', 'sine=frequency=440', opus);
    const red = await written('red.mkv', 'color=red:s=320x240:r=15,noise=alls=40', vp8);
    expect(probe(tone)).toMatchObject([{ codec_name: 'opus' }]);
    expect(probe(red)).toMatchObject([{ codec_name: 'vp8', width: 320 }]);
    if (process.platform !== 'win32') expect(statSync(red).mode & 0o077).toBe(0);
    const tile = { x: 640, y: 0, width: 640, height: 720 };
    const tracks: PlannedTrack[] = [
      { path: tone, kind: 'audio', offsetMs: 2000, tile: null },
      { path: red, kind: 'video', offsetMs: 1000, tile },
      { path: join(folder, 'never-written.mkv'), kind: 'video', offsetMs: 0, tile },
    ];
    const output = join(folder, 'call.webm');
    const shares: number[] = [];
    const plan = { output, lengthMs: 5000, tracks, width: 1280, height: 720 };
    await recorder.compose(plan, (share) => shares.push(share)).done;
    expect(shares.at(-1)).toBeGreaterThan(0.9);
    expect(probe(output).map(({ codec_name: name }) => name)).toEqual(['vp8', 'opus']);
    const [before, left, right] = [
      averageColour(output, 0.4, '640:720:640:0'),
      averageColour(output, 2, '600:720:0:0'),
      averageColour(output, 2, '300:200:800:250'),
    ];
    expect(Math.max(...before!, ...left!)).toBeLessThan(40);
    expect(right![0]).toBeGreaterThan(120);
    expect(right![1]).toBeLessThan(90);
    expect(loudness(output, 440, 0.2, 1.5)).toBeLessThan(-60);
    expect(loudness(output, 440, 2.3, 0.5)).toBeGreaterThan(-35);
  });

  test('keeps what was written when it is killed, and says so', async () => {
    const path = join(folder, 'killed.mka');
    const writer = await recorder.write(opus, path);
    const failed = new Promise<ProblemFields>((resolve) => writer.onFailed(resolve));
    send(writer.port, 'sine=frequency=440', opus);
    await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(10_000), PATIENT);
    for (const pid of pidsWriting(path)) process.kill(pid, 'SIGKILL');
    expect(await failed).toMatchObject({ code: 'recorder-failed' });
    expect(probe(path)).toMatchObject([{ codec_name: 'opus' }]);
    await writer.end();
  });

  test.skipIf(process.platform !== 'linux')('says that the disk is full', async () => {
    const failed = recorder.write(opus, '/dev/full').then(async (writer) => {
      const failure = new Promise<ProblemFields>((resolve) => writer.onFailed(resolve));
      send(writer.port, 'sine=frequency=440', opus);
      return failure;
    });
    expect(await failed.catch((error: ProblemFields) => error)).toMatchObject({
      code: 'recording-disk-full',
    });
  });

  test('stops composing at once, and leaves no file', async () => {
    const long = join(folder, 'long.mka');
    execFileSync(bin, [
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      'sine=d=120',
      '-c:a',
      'libopus',
      '-b:a',
      '8k',
      long,
    ]);
    const output = join(folder, 'cancelled.webm');
    const tracks = [{ path: long, kind: 'audio' as const, offsetMs: 0, tile: null }];
    const plan = { output, lengthMs: 120_000, tracks, width: 1280, height: 720 };
    const composition = recorder.compose(plan, () => composition.cancel());
    await expect(composition.done).rejects.toMatchObject({ code: 'composing-cancelled' });
    expect(existsSync(output)).toBe(false);
    expect(existsSync(`${output}.part`)).toBe(false);
  });
});

/** The processes that have a file among their arguments. */
function pidsWriting(path: string): number[] {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('ffmpeg') && line.trimEnd().endsWith(path))
    .map((line) => Number.parseInt(line, 10));
}
