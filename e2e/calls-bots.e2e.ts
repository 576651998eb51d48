import { lacksWorker } from './call-console.ts';
import { expect, onTestFinished, test } from 'vitest';
import { Stage } from './stage.ts';

test.skipIf(lacksWorker)(
  'synthetic participants of the command line receive each other in a call of the built program',
  async () => {
    const mara = await new Stage(onTestFinished).founder('Mara');
    await mara.impulse('call', 'open', 'Friday evening');
    const report = await mara.impulse(
      'call',
      'bots',
      'Friday evening',
      '--count',
      '6',
      '--seconds',
      '3',
      '--video',
    );
    expect(report).toMatchObject({ bots: 6, tracks: 6 * 5 * 2, lostPackets: 0 });
    expect((report as { receivedPackets: number }).receivedPackets).toBeGreaterThan(500);
    expect(await mara.impulse('call', 'stats')).toMatchObject({ rooms: 0, participants: 0, workers: 1 });
  },
);
