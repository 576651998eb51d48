import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemClock, type Clock } from '../app/main/kernel/clock.ts';
import { DEFAULT_THRESHOLDS, Engine, Classifier } from '../app/main/moderation/index.ts';
import { ClassifierPool } from '../app/main/node/classifier-pool.ts';
import { modelsFolder } from '../app/main/node/models-folder.ts';
import { loadModels } from '../app/main/platform/onnx/models.ts';
import { percentile, rate } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { texts } from './lib/texts.ts';

const MESSAGES = 20_000;
const ALONE = 5_000;
const WORKERS = 2;
/** Messages per second that arrive whether or not earlier ones are done. */
const ARRIVALS = 1_000;
const LOADED_MS = 10_000;
const MIB = 1024 ** 2;

/** Finer than the system's clock, which counts whole milliseconds. */
const fine: Clock = { ...systemClock, now: () => performance.timeOrigin + performance.now() };

/** Messages through the whole cascade, in worker threads, as in a node. */
export async function moderation(): Promise<Report> {
  const { texts: messages, source } = texts(process.env['IMPULSE_BENCH_TEXTS'], MESSAGES);
  const before = process.memoryUsage().rss;
  const startedAt = performance.now();
  const classifiers = new ClassifierPool({ clock: systemClock, folder: modelsFolder(), workers: WORKERS });
  try {
    await classifiers.judge(['hello']);
    const startMs = performance.now() - startedAt;
    await Promise.all(Array.from({ length: WORKERS }, () => classifiers.judge(messages.slice(0, 64))));
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const bulk = await asFastAsPossible(classifiers, messages);
    loop.disable();
    const memory = (process.memoryUsage().rss - before) / MIB;
    const loaded = await underLoad(classifiers, messages);
    const alone = await firstStageAlone(messages.slice(0, ALONE));
    return {
      figures: [
        {
          name: 'messages judged, two threads',
          value: bulk.perSecond,
          unit: 'messages/s',
          beside: { name: 'first stage only, one thread', value: alone.perSecond },
          target: { least: 1000 },
        },
        {
          name: 'messages judged, two threads, goal',
          value: bulk.perSecond,
          unit: 'messages/s',
          target: { least: 5000 },
        },
        { name: 'judged by the second stage', value: bulk.second * 100, unit: '% of messages' },
        {
          name: `from arrival to verdict at ${ARRIVALS} a second, p50`,
          value: percentile(loaded.latencies, 0.5),
          unit: 'ms',
        },
        {
          name: `from arrival to verdict at ${ARRIVALS} a second, p99`,
          value: percentile(loaded.latencies, 0.99),
          unit: 'ms',
          target: { most: 100 },
        },
        {
          name: 'queued because late or too many',
          value: loaded.unjudged,
          unit: 'messages',
          target: { most: 0 },
        },
        {
          name: 'first stage, one message, p99',
          value: percentile(alone.times, 0.99),
          unit: 'ms',
          target: { most: 1 },
        },
        { name: 'start to the first judgement', value: startMs, unit: 'ms', target: { most: 2000 } },
        { name: 'memory for judging', value: memory, unit: 'MiB', target: { most: 300 } },
        {
          name: 'longest stall of the main thread, p99',
          value: loop.percentile(99) / 1e6,
          unit: 'ms',
          target: { most: 16 },
        },
      ],
      notes: [
        `${MESSAGES} messages of ${Math.round(messages.reduce((sum, text) => sum + text.length, 0) / messages.length)} characters on average (${source}); ${WORKERS} worker threads, one inference thread each; arrivals do not wait for answers.`,
        'IMPULSE_BENCH_TEXTS names a folder of labelled sets to measure their natural mix instead.',
      ],
    };
  } finally {
    await classifiers.close();
  }
}

async function asFastAsPossible(classifiers: ClassifierPool, messages: readonly string[]) {
  const engine = new Engine({ classifiers, clock: fine, deadlineMs: 60_000 });
  const startedAt = performance.now();
  let second = 0;
  let last = Promise.resolve();
  for (const text of messages) {
    await engine.room();
    const counted = engine.submit({ text, thresholds: DEFAULT_THRESHOLDS }).then(({ judgement }) => {
      if (judgement?.stage === 'second') second += 1;
    });
    last = last.then(() => counted);
  }
  await last;
  return {
    perSecond: rate(messages.length, performance.now() - startedAt),
    second: second / messages.length,
  };
}

async function underLoad(classifiers: ClassifierPool, messages: readonly string[]) {
  const engine = new Engine({ classifiers, clock: fine });
  const outcomes: ReturnType<Engine['submit']>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < LOADED_MS; elapsed = performance.now() - startedAt) {
    const due = Math.floor((elapsed * ARRIVALS) / 1000);
    while (outcomes.length < due) {
      const text = messages[outcomes.length % messages.length]!;
      outcomes.push(engine.submit({ text, thresholds: DEFAULT_THRESHOLDS }));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const done = await Promise.all(outcomes);
  return {
    latencies: done.map(({ latencyMs }) => latencyMs),
    unjudged: done.filter(({ judgement }) => judgement === null).length,
  };
}

async function firstStageAlone(messages: readonly string[]) {
  const models = await loadModels(modelsFolder());
  const judge = new Classifier({ ...models, second: {} });
  await judge.judge(messages.slice(0, 500));
  const times: number[] = [];
  const startedAt = performance.now();
  for (const text of messages) {
    const at = performance.now();
    await judge.judge([text]);
    times.push(performance.now() - at);
  }
  return { times, perSecond: rate(messages.length, performance.now() - startedAt) };
}
