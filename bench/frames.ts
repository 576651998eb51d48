import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import * as z from 'zod';
import { countFrames, launchBrowser, visit } from '../e2e/browser.ts';
import { TestNode } from '../e2e/node.ts';
import { build } from '../tools/build.ts';
import { ensureChromium } from '../tools/chromium.ts';
import { percentile, rate } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { texts } from './lib/texts.ts';

/** The number of different texts; further messages repeat them, each with its own number. */
const TEXTS = 20_000;
/** A frame at 60 Hz, rounded up to the resolution of the frame clock. */
const FRAME_MS = 17;
/** The rooms visited meanwhile, by the keys that open them. */
const ROOMS = ['2', 'm', '1', '7'];
const EVERY_MS = 2000;
const LOOK_MS = 10_000;
/** How long the console is measured before the judging starts. */
const IDLE_MS = 20_000;
const Status = z.object({ backlog: z.object({ waiting: z.number() }) });

/** Gaps between the frames of a real console while its node imports and judges many messages. */
export async function frames({ messages }: { messages: number }): Promise<Report> {
  if (ensureChromium() === null) throw new Error('There is no Chromium.');
  await build({ root: resolve(import.meta.dirname, '..') });
  const { texts: some, source } = texts(process.env['IMPULSE_BENCH_TEXTS'], Math.min(messages, TEXTS));
  const browser = await launchBrowser();
  const node = await TestNode.start();
  try {
    await node.impulse('init', '--name', 'Harbour', '--handle', 'mara');
    const file = join(node.dataDir, 'many.jsonl');
    await pipeline(Readable.from(lines(some, messages)), createWriteStream(file));
    const { page } = await visit(browser, await node.entry(), { width: 1440, height: 900 });
    await page.getByRole('navigation').first().waitFor();
    await page.evaluate(countFrames);
    const idle = await gapsWhile(page, pause(IDLE_MS));
    const startedAt = performance.now();
    const judged = node
      .impulse('import', file, '--board', 'general')
      .then(() => allJudged(node, messages, startedAt));
    const gaps = await gapsWhile(page, judged);
    const tookMs = performance.now() - startedAt;
    const beside = (share: number) => ({ name: 'idle', value: percentile(idle, share) });
    return {
      figures: [
        {
          name: 'gap between frames, p50',
          value: percentile(gaps, 0.5),
          unit: 'ms',
          beside: beside(0.5),
          target: { most: FRAME_MS },
        },
        {
          name: 'gap between frames, p99',
          value: percentile(gaps, 0.99),
          unit: 'ms',
          beside: beside(0.99),
          target: { most: FRAME_MS },
        },
        { name: 'gap between frames, p99.9', value: percentile(gaps, 0.999), unit: 'ms' },
        { name: 'longest gap', value: percentile(gaps, 1), unit: 'ms' },
        { name: 'frames', value: gaps.length, unit: 'frames' },
        { name: 'messages imported and judged', value: messages, unit: 'messages' },
        {
          name: 'messages imported and judged per second',
          value: rate(messages, tookMs),
          unit: 'messages/s',
        },
      ],
      notes: [
        `${some.length} different messages (${source}), repeated with other numbers, imported by one member; headless Chromium on the same cores visits four rooms, a new one every ${EVERY_MS / 1000} s.`,
      ],
    };
  } finally {
    await browser.close();
    await node.dispose();
  }
}

/** A JSON Lines archive with one message per minute, the last of them now. */
function* lines(some: readonly string[], count: number): Generator<string> {
  const end = Date.now();
  for (let n = 0; n < count; n += 1) {
    const date = end - (count - n) * 60_000;
    const text = `${some[n % some.length]!} ${n}`;
    yield `${JSON.stringify({ message_id: `<${n}@example.org>`, subject: `Letter ${n}`, from: `Writer ${n % 97}`, date, text })}\n`;
  }
}

/** Waits until every message has been judged, with progress reports. */
async function allJudged(node: TestNode, messages: number, startedAt: number): Promise<void> {
  for (;;) {
    const { waiting } = Status.parse(await node.impulse('moderation', 'status')).backlog;
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stderr.write(`${messages - waiting} of ${messages} judged, ${seconds} s\n`);
    if (waiting === 0) return;
    await pause(LOOK_MS);
  }
}

/** Visits the rooms until some work is done; resolves to the gaps between the page's frames meanwhile. */
async function gapsWhile(page: Page, work: Promise<unknown>): Promise<number[]> {
  await page.evaluate('globalThis.gaps.length = 0');
  for (let turn = 0; !(await isDone(work)); turn += 1) {
    await page.keyboard.press(ROOMS[turn % ROOMS.length]!);
    await pause(EVERY_MS);
  }
  await work;
  return z.array(z.number()).parse(await page.evaluate('globalThis.gaps'));
}

const isDone = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([work.then(() => true), pause(0).then(() => false)]);
