import type { CallEvent, CommunityClient } from '../../app/contract/index.ts';
import { dtlsOfBrowser, opusTrack, soundOnly } from '../../app/main/calls/test-rtp.ts';

/** One way into a call, in milliseconds from entering. */
export interface WayIn {
  readonly admitted: number;
  readonly joined: number;
  readonly firstTrack: number;
  /** A request and its reply, after all that. */
  readonly roundTrip: number;
}

/** Enters a room in which somebody speaks, as a browser does: up to where its first track is ready to be played. */
export async function wayIn({ calls }: CommunityClient, room: string, ssrc: number): Promise<WayIn> {
  const leaving = new AbortController();
  const startedAt = performance.now();
  const passed = () => performance.now() - startedAt;
  const events = await calls.enter({ room }, { signal: leaving.signal });
  let session = '';
  let [admitted, joined] = [0, 0];
  const ask = (request: Parameters<typeof calls.ask>[0]['request']) => calls.ask({ session, request });
  const join = async ({ token }: Extract<CallEvent, { type: 'admitted' }>) => {
    admitted = passed();
    const { transports } = await ask({ type: 'join', token, capabilities: soundOnly });
    joined = passed();
    const { send, receive } = transports!;
    // A browser connects both at the same time, and sends.
    await Promise.all([
      ask({ type: 'connect', transport: send.id, dtlsParameters: dtlsOfBrowser }),
      ask({ type: 'connect', transport: receive.id, dtlsParameters: dtlsOfBrowser }),
      ask({ type: 'send', source: 'microphone', rtpParameters: opusTrack(ssrc), muted: false }),
    ]);
  };
  try {
    for await (const event of events) {
      if (event.type === 'session') ({ session } = event);
      else if (event.type === 'admitted') void join(event).catch(() => leaving.abort());
      else if (event.type === 'ended') throw new Error(`The call ended: ${event.reason}.`);
      else if (event.type === 'track') {
        await ask({ type: 'ready', track: event.track });
        const firstTrack = passed();
        await ask({ type: 'hand', up: true });
        return { admitted, joined, firstTrack, roundTrip: passed() - firstTrack };
      }
    }
  } finally {
    leaving.abort();
  }
  throw new Error('No track came.');
}
