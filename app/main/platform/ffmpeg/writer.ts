import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { TrackWriter } from '../../calls/adapter-ports.ts';
import type { RtpFormat } from '../../calls/ports.ts';
import type { ProblemFields } from '../../kernel/errors.ts';
import { Problem } from '../../kernel/errors.ts';
import { Ffmpeg } from './process.ts';
import { problem } from './problems.ts';

/** How long ffmpeg may take to listen, and to complete a file, in milliseconds. */
const LISTEN_MS = 5000;
const FINISH_MS = 5000;
/** It ends by itself after so long without packets, so that none outlives a killed node for long. */
const SILENT_SECONDS = 900;
const TRIES = 20;

/**
 * Starts to write the packets that arrive at a port into a file, without decoding them. Rejects with a Problem
 * `recorder-failed` or `recording-disk-full`.
 */
export async function writeTrack(bin: string, format: RtpFormat, path: string): Promise<TrackWriter> {
  // Private from the start; ffmpeg keeps the mode of a file that exists.
  await writeFile(path, '', { mode: 0o600 });
  const port = await freePorts();
  const sdp = Buffer.from(describeTrack(format, port)).toString('base64');
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  const run = new Ffmpeg(
    bin,
    [
      ...words('-loglevel verbose -y -protocol_whitelist data,udp,rtp -f sdp'),
      ...words(`-listen_timeout ${SILENT_SECONDS} -buffer_size 1000000`),
      ...words(`-i data:application/sdp;base64,${sdp}`),
      // A crash loses a second at most.
      ...words('-map 0 -c copy -f matroska -cluster_time_limit 1000 -flush_packets 1'),
      path,
    ],
    // It says so when its sockets are open; only a picture's first packets lead to the second line.
    (line) => /jitter buffer size|^Input #0/.test(line) && isReady(),
  );
  const timer = setTimeout(isReady, LISTEN_MS);
  const early = run.ended.then(() => {
    throw Problem.of(run.failure('recorder-failed'));
  });
  early.catch(() => {});
  await Promise.race([ready, early]).finally(() => clearTimeout(timer));
  let isEnding = false;
  return {
    port,
    onFailed(listener: (failure: ProblemFields) => void) {
      void run.ended.then(() => {
        if (!isEnding) listener(run.failure('recorder-failed'));
      });
    },
    end() {
      isEnding = true;
      return run.finish(FINISH_MS);
    },
  };
}

const words = (text: string): string[] => text.split(' ');

/** The session of one track (RFC 8866). */
export function describeTrack(
  { kind, codec, payloadType, clockRate, channels }: RtpFormat,
  port: number,
): string {
  const rate = channels === null ? clockRate : `${clockRate}/${channels}`;
  return [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=${kind} ${port} RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} ${codec}/${rate}`,
    ...(codec.toUpperCase() === 'H264' ? [`a=fmtp:${payloadType} packetization-mode=1`] : []),
    'a=recvonly',
    '',
  ].join('\r\n');
}

/** An even port of the loopback that is free together with the next one. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const first = createSocket('udp4');
    const second = createSocket('udp4');
    try {
      const port = await bound(first, 0);
      if (port % 2 === 0) {
        await bound(second, port + 1);
        return port;
      }
    } catch {
      // The next port is taken.
    } finally {
      first.close();
      second.close();
    }
  }
  throw problem('recorder-failed', { reason: 'no free UDP ports' });
}

async function bound(socket: Socket, port: number): Promise<number> {
  const listening = once(socket, 'listening');
  socket.bind(port, '127.0.0.1');
  await listening;
  return socket.address().port;
}
