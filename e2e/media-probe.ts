import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const LISTENING = { timeout: 30_000, interval: 100 };

/** Options of Chromium for a camera, a microphone and a screen that need no hardware and no question. */
export const FAKE_DEVICES = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** Keeps every connection of the page in `globalThis.connections`; to be added before the page loads. */
export const keepConnections = `
  globalThis.connections = [];
  const Native = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      globalThis.connections.push(this);
    }
  };
`;

/** The parts of an RTCPeerConnection that are read. */
interface Connection {
  readonly connectionState: string;
  getStats(): Promise<{ values(): Iterable<Record<string, unknown>> }>;
}

/** The media that a page has received so far, of each track that still comes. */
export interface Heard {
  /** Of each video, the frames that were decoded, and their height. */
  readonly videos: readonly { readonly frames: number; readonly height: number }[];
  /** Of each sound, its energy. */
  readonly sounds: readonly number[];
  /** How much sound was played, in seconds: of the track that played most. */
  readonly playedSeconds: number;
}

export async function received(page: Page): Promise<Heard> {
  return page.evaluate(async () => {
    const videos: { frames: number; height: number }[] = [];
    const sounds: number[] = [];
    let playedSeconds = 0;
    const { connections } = globalThis as unknown as { connections: Connection[] };
    for (const connection of connections) {
      if (connection.connectionState === 'closed') continue;
      for (const report of (await connection.getStats()).values()) {
        if (report['type'] !== 'inbound-rtp') continue;
        // The SFU probes the bandwidth with a stream of its own, which has no frames.
        if (report['mid'] === 'probator') continue;
        if (report['kind'] === 'audio') {
          sounds.push(Number(report['totalAudioEnergy'] ?? 0));
          playedSeconds = Math.max(playedSeconds, Number(report['totalSamplesDuration'] ?? 0));
        } else if (report['frameHeight'] !== undefined || Number(report['framesDecoded'] ?? 0) > 0) {
          videos.push({
            frames: Number(report['framesDecoded']),
            height: Number(report['frameHeight'] ?? 0),
          });
        }
      }
    }
    return { videos, sounds, playedSeconds };
  });
}

/**
 * How many of the videos move and how many of the sounds are heard while so many seconds of sound are played.
 *
 * @param player the page that plays the sound; another one, if this page may hear none.
 */
export async function receivedWithin(
  page: Page,
  seconds: number,
  player = page,
): Promise<{ readonly moving: number; readonly heard: number }> {
  const before = await received(page);
  const { playedSeconds } = await received(player);
  await expect
    .poll(async () => (await received(player)).playedSeconds - playedSeconds, LISTENING)
    .toBeGreaterThan(seconds);
  const { videos, sounds } = await received(page);
  return {
    moving: videos.filter(({ frames }, at) => frames > (before.videos[at]?.frames ?? 0) + 5).length,
    heard: sounds.filter((energy, at) => energy > (before.sounds[at] ?? 0)).length,
  };
}

/** How a page reaches the SFU with each of its connections: the type of its own candidate, and the protocol to the relay. */
export async function routes(
  page: Page,
): Promise<{ readonly type: string; readonly toRelay: string | null }[]> {
  return page.evaluate(async () => {
    const found: { type: string; toRelay: string | null }[] = [];
    const { connections } = globalThis as unknown as { connections: Connection[] };
    for (const connection of connections) {
      if (connection.connectionState !== 'connected') continue;
      const reports = new Map(
        Array.from((await connection.getStats()).values(), (report) => [String(report['id']), report]),
      );
      for (const report of reports.values()) {
        if (report['type'] !== 'transport') continue;
        const pair = reports.get(String(report['selectedCandidatePairId']));
        const own = reports.get(String(pair?.['localCandidateId']));
        const toRelay = own?.['relayProtocol'];
        found.push({
          type: String(own?.['candidateType']),
          toRelay: typeof toRelay === 'string' ? toRelay : null,
        });
      }
    }
    return found;
  });
}
