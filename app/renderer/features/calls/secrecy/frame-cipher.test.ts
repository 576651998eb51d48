import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallSource } from '../../../../contract/index.ts';
import { fresh, ratcheted, type Epoch } from './epoch.ts';
import { clearBytes, TAG_BYTES, TRAILER_BYTES } from './frame-form.ts';
import { FrameOpener, MAX_STEPS_AHEAD, OVERLAP_MS } from './frame-opener.ts';
import { FrameSealer } from './frame-sealer.ts';
import { REPLAY_WINDOW, ReplayWindow } from './replay.ts';

const frames = fc.uint8Array({ minLength: 1, maxLength: 300 });
const sources = fc.constantFrom<CallSource>('microphone', 'camera', 'screen', 'screen-sound');
const bytes = (...values: number[]) => Uint8Array.from(values);

/** Ada sends; somebody who has her secret receives. */
async function pair(epoch: Epoch = fresh(1), now = () => 0) {
  const sealer = new FrameSealer('ada');
  const opener = new FrameOpener('ada', now);
  await sealer.use(epoch);
  await opener.add(epoch);
  const seal = async (frame: Uint8Array, source: CallSource = 'camera') => {
    const sealed = await sealer.seal(frame, source);
    if (sealed === null) throw new Error('not sealed');
    return sealed;
  };
  return { epoch, sealer, opener, seal };
}

const codeOf = async (opener: FrameOpener, frame: Uint8Array, source: CallSource = 'camera') => {
  const opened = await opener.open(frame, source);
  return opened.ok ? 'ok' : opened.code;
};

describe('[CE5] a frame', () => {
  test('comes out as it went in, and shows the SFU the clear bytes only', async () => {
    const { seal, opener } = await pair();
    await fc.assert(
      fc.asyncProperty(frames, sources, async (frame, source) => {
        const sealed = await seal(frame, source);
        expect(sealed.length).toBe(frame.length + TAG_BYTES + TRAILER_BYTES);
        const clear = clearBytes(source, frame, frame.length);
        expect(sealed.subarray(0, clear)).toEqual(frame.subarray(0, clear));
        expect(await opener.open(sealed, source)).toEqual({ ok: true, frame });
      }),
      { numRuns: 60 },
    );
  });

  test('leaves 10 bytes of a VP8 key frame clear, 1 of another, and 1 of Opus', () => {
    expect(clearBytes('camera', bytes(0x10), 100)).toBe(10);
    expect(clearBytes('screen', bytes(0x11), 100)).toBe(1);
    expect(clearBytes('microphone', bytes(0x10), 100)).toBe(1);
  });

  test('never leaves without a key, nor empty', async () => {
    const sealer = new FrameSealer('ada');
    expect(await sealer.seal(bytes(1, 2), 'camera')).toBeNull();
    await sealer.use(fresh(1));
    expect(await sealer.seal(bytes(), 'camera')).toBeNull();
  });

  test('is refused wherever one bit of it was changed, the clear bytes and the trailer included', async () => {
    const { seal, opener } = await pair();
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(), fc.integer({ min: 0, max: 7 }), async (frame, place, bit) => {
        const sealed = await seal(frame);
        const at = place % sealed.length;
        sealed[at] = sealed[at]! ^ (1 << bit);
        expect(await codeOf(opener, sealed)).not.toBe('ok');
      }),
      { numRuns: 80 },
    );
  });

  test('of one source is none of another, and of one sender none of another', async () => {
    const { seal, opener, epoch } = await pair();
    expect(await codeOf(opener, await seal(bytes(1, 2, 3), 'camera'), 'screen')).toBe('forged');
    const other = new FrameOpener('ben', () => 0);
    await other.add(epoch);
    expect(await codeOf(other, await seal(bytes(1, 2, 3)))).toBe('forged');
  });

  test('that is cut short or was never encrypted is dropped', async () => {
    const { seal, opener } = await pair();
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(), async (frame, length) => {
        const sealed = await seal(frame);
        expect(await codeOf(opener, sealed.subarray(0, length % sealed.length))).not.toBe('ok');
        expect(await codeOf(opener, frame)).not.toBe('ok');
      }),
      { numRuns: 60 },
    );
  });

  test('has a nonce that its key never used before', async () => {
    const { seal, sealer, epoch } = await pair();
    const trailers = new Set<string>();
    for (let n = 0; n < 50; n += 1) {
      // The same epoch once more must not begin to count again.
      if (n === 25) await sealer.use(epoch);
      trailers.add((await seal(bytes(1, 2, n))).subarray(-TRAILER_BYTES).toString());
    }
    expect(trailers.size).toBe(50);
  });
});

describe('[CE6] a replay', () => {
  test('of a frame is refused, also as another track of the same source', async () => {
    const { seal, opener } = await pair();
    const sealed = await seal(bytes(1, 2, 3));
    expect(await codeOf(opener, sealed)).toBe('ok');
    expect(await codeOf(opener, sealed)).toBe('replayed');
    const [one, two] = await Promise.all([seal(bytes(1, 1)), seal(bytes(1, 2))]);
    expect(await Promise.all([two, one, two].map((frame) => codeOf(opener, frame)))).toEqual([
      'ok',
      'ok',
      'replayed',
    ]);
  });

  test('window takes each counter once, in any order, as a set of the newest would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 * REPLAY_WINDOW }), { maxLength: 400 }), (counters) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let newest = -1;
        for (const counter of counters) {
          const expected = !seen.has(counter) && newest - counter < REPLAY_WINDOW;
          expect(window.take(counter)).toBe(expected);
          if (!expected) continue;
          seen.add(counter);
          newest = Math.max(newest, counter);
        }
      }),
    );
  });
});

describe('[CE4] an epoch', () => {
  test('is followed forwards without a message, and never backwards', async () => {
    const first = fresh(1);
    const { sealer, opener, seal } = await pair(first);
    const old = await seal(bytes(1, 2, 3));
    const third = await ratcheted(first, 2);
    await sealer.use(third);
    const newcomer = new FrameOpener('ada', () => 0);
    await newcomer.add(third);
    expect(await codeOf(newcomer, old)).toBe('no-key');
    const sealed = await seal(bytes(1, 5, 6));
    expect(await codeOf(newcomer, sealed)).toBe('ok');
    expect(await codeOf(opener, sealed)).toBe('ok');
    expect(await codeOf(opener, old)).toBe('ok');
  });

  test('of another generation is opened only by its own secret', async () => {
    const { sealer, opener, seal } = await pair();
    const next = fresh(2);
    await sealer.use(next);
    const sealed = await seal(bytes(1, 2, 3));
    expect(await codeOf(opener, sealed)).toBe('no-key');
    await opener.add({ ...next, secret: fresh(2).secret });
    expect(await codeOf(opener, sealed)).toBe('forged');
  });

  test('[CE7] is kept for a short overlap after the next generation has come', async () => {
    let now = 0;
    const { opener, seal } = await pair(fresh(1), () => now);
    const [soon, late] = [await seal(bytes(1, 1)), await seal(bytes(1, 2))];
    await opener.add(fresh(2));
    expect(await codeOf(opener, soon)).toBe('ok');
    now = OVERLAP_MS;
    expect(await codeOf(opener, late)).toBe('no-key');
  });

  test('far ahead is not derived, and forged ones stop the derivation for a while', async () => {
    let now = 0;
    const first = fresh(1);
    const { opener } = await pair(first, () => now);
    const ahead = async (steps: number) => {
      const sealer = new FrameSealer('ada');
      await sealer.use(await ratcheted(first, steps));
      return (await sealer.seal(bytes(1, 2, 3), 'camera'))!;
    };
    expect(await codeOf(opener, await ahead(MAX_STEPS_AHEAD + 1))).toBe('no-key');
    const forged = await ahead(5);
    forged[3] = forged[3]! ^ 1;
    expect(await codeOf(opener, forged)).toBe('forged');
    expect(await codeOf(opener, await ahead(2))).toBe('no-key');
    now += 2000;
    expect(await codeOf(opener, await ahead(MAX_STEPS_AHEAD))).toBe('ok');
  });
});
