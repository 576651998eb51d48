import { expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { DEFAULT_THRESHOLDS } from './decision.ts';
import { Engine } from './engine.ts';
import { LABELS, type Label } from './labels.ts';
import type { Judgement } from './classifier.ts';
import type { Classifiers } from './ports.ts';

const harmless: Judgement = {
  scores: Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<Label, number>,
  stage: 'first',
  language: null,
  spans: [],
  disguised: 0,
  cut: false,
};

/** Classifiers that answer when told to; a text `break` fails its whole batch. */
function manualClassifiers() {
  const batches: { texts: readonly string[]; answer: () => void }[] = [];
  const classifiers: Classifiers = {
    lanes: 1,
    judge: (texts) =>
      new Promise((done, fail) =>
        batches.push({
          texts,
          answer: () =>
            texts.includes('break') ? fail(new Error('broken')) : done(texts.map(() => harmless)),
        }),
      ),
    status: () => Promise.resolve([]),
    files: async () => [],
    identity: async () => null,
    close: () => Promise.resolve(),
  };
  return { classifiers, batches };
}

const submission = (text: string) => ({ text, thresholds: DEFAULT_THRESHOLDS });

test('[J7] a message that is not judged by its deadline waits for a person, and a late result changes nothing', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock, deadlineMs: 100 });
  const outcome = engine.submit(submission('hello'));
  await clock.pass(100);
  batches[0]!.answer();
  expect(await outcome).toMatchObject({
    verdict: { decision: 'queue', reasons: [{ code: 'late' }] },
    judgement: null,
    latencyMs: 100,
  });
});

test('[J7] when too many wait, further ones are queued at once', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock, maxWaiting: 2, batch: 1 });
  const outcomes = ['a', 'b', 'c', 'd'].map((text) => engine.submit(submission(text)));
  await clock.pass(0);
  const later = engine.submit(submission('e'));
  expect(await Promise.race([outcomes[3], later])).toMatchObject({
    verdict: { decision: 'queue', reasons: [{ code: 'overload' }] },
  });
  for (let answered = 0; answered < batches.length; answered += 1) {
    batches[answered]!.answer();
    await clock.pass(0);
  }
  expect((await outcomes[0]!).verdict.decision).toBe('publish');
});

test('[J7] a flood of long messages is held in bounded memory: the excess is queued at once', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock, maxWaitingUnits: 1000, batch: 2 });
  const flood = Array.from({ length: 5000 }, () => engine.submit(submission('x'.repeat(100))));
  const outcomes = Promise.all(flood);
  await clock.pass(0);
  expect(engine.pending).toBeLessThanOrEqual(12);
  for (let answered = 0; answered < batches.length; answered += 1) {
    batches[answered]!.answer();
    await clock.pass(0);
  }
  const judged = (await outcomes).filter(({ judgement }) => judgement !== null);
  expect(judged).toHaveLength(10);
  // The waiting messages are gone, so there is room again.
  const next = engine.submit(submission('y'.repeat(1000)));
  await clock.pass(0);
  batches.at(-1)!.answer();
  expect((await next).verdict.decision).toBe('publish');
});

test('messages of one turn go to the classifiers together', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock });
  const outcomes = ['a', 'b', 'c'].map((text) => engine.submit(submission(text)));
  await clock.pass(0);
  expect(batches.map(({ texts }) => texts)).toEqual([['a', 'b', 'c']]);
  batches[0]!.answer();
  expect((await Promise.all(outcomes)).map(({ verdict }) => verdict.decision)).toEqual(
    Array(3).fill('publish'),
  );
});

test('[J8] a message that breaks the classifier is queued; the others in its batch are judged', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock });
  const outcomes = ['a', 'break', 'b'].map((text) => engine.submit(submission(text)));
  await clock.pass(0);
  for (let answered = 0; answered < batches.length; answered += 1) {
    batches[answered]!.answer();
    await clock.pass(0);
  }
  const decisions = (await Promise.all(outcomes)).map(({ verdict }) => verdict.decision);
  expect(decisions).toEqual(['publish', 'queue', 'publish']);
});

test('the producer of messages waits while the classifiers are busy', async () => {
  const clock = new VirtualClock(0);
  const { classifiers, batches } = manualClassifiers();
  const engine = new Engine({ classifiers, clock, batch: 2 });
  void engine.submit(submission('a'));
  await clock.pass(0);
  for (const text of ['b', 'c']) void engine.submit(submission(text));
  let room = false;
  void engine.room().then(() => (room = true));
  await clock.pass(0);
  expect(room).toBe(false);
  batches[0]!.answer();
  await clock.pass(0);
  expect(room).toBe(true);
});
