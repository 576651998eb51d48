import { lacksWorker } from './call-console.ts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import {
  framesAt,
  leakSecrets,
  opened,
  secretsOf,
  tapFrames,
  withoutEncryption,
  withoutSecrets,
  withoutTransforms,
} from './encrypted-probe.ts';
import { FAKE_DEVICES, keepConnections, received, receivedWithin } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

const PATIENT = { timeout: 40_000, interval: 250 };
const TITLE = 'Friday evening';
/** Frames of sound and picture in about half a second. */
const LATEST = 40;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(FAKE_DEVICES);
});
afterAll(() => browser?.close());

/** The console of a node, changed by scripts, at the page before the call. */
async function doorOf(node: TestNode, ...scripts: string[]): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    bypassCSP: scripts.includes(tapFrames),
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  for (const script of [keepConnections, ...scripts]) await page.addInitScript(script);
  await page.goto(await node.entry());
  await page.getByText('Waiting for caller').first().waitFor();
  await page.keyboard.press('4');
  await page.getByText(TITLE).first().waitFor();
  await page.getByRole('button', { name: /^Join/ }).click();
  await page.getByRole('switch', { name: 'Join with camera' }).waitFor();
  return page;
}

async function join(page: Page): Promise<Page> {
  if (!(await page.getByRole('switch', { name: 'Join with camera' }).isChecked())) {
    await page.getByText('Join with camera').click();
  }
  // On a busy machine the devices take a while; who joins before joins without them.
  await page.getByText('Others will see and hear you.').waitFor();
  await page.getByRole('button', { name: 'Join the call' }).click();
  await page.getByRole('group', { name: 'Encryption' }).waitFor();
  return page;
}

async function wordsOf(page: Page): Promise<string> {
  const shown = page.getByRole('group', { name: 'Encryption' }).locator('.secrecy-words');
  return (await shown.count()) === 0 ? '' : shown.innerText();
}

/** The words that all these pages show; an error if they differ. */
async function sameWords(...pages: Page[]): Promise<string> {
  let found: string[] = [];
  await expect
    .poll(async () => {
      found = await Promise.all(pages.map(wordsOf));
      return new Set(found).size === 1 && found[0] !== '';
    }, PATIENT)
    .toBe(true);
  return found[0]!;
}

test.skipIf(lacksWorker)(
  'the participants of an encrypted call see and hear each other, and a tapped SFU sees nothing',
  async () => {
    const stage = new Stage(onTestFinished);
    const mara = await stage.founder('Mara');
    const ines = await stage.member(mara, 'Ines');
    await mara.impulse('call', 'open', TITLE, '--encrypted');
    const one = await join(await doorOf(mara));
    const two = await join(await doorOf(ines, leakSecrets, withoutTransforms));
    await step('two consoles, one of them with the older streams, decode each other', async () => {
      await expect.poll(() => receivedWithin(one, 1), PATIENT).toEqual({ moving: 1, heard: 1 });
      await expect.poll(() => receivedWithin(two, 1), PATIENT).toEqual({ moving: 1, heard: 1 });
    });
    const first = await sameWords(one, two);
    expect(first.split(' ')).toHaveLength(6);

    const tap = await join(await doorOf(ines, leakSecrets, tapFrames));
    await step('the words change with a third participant, and are the same for all', async () => {
      await expect.poll(() => sameWords(one, two, tap), PATIENT).not.toBe(first);
    });
    await step('frames as the SFU has them are opened by the secrets of a participant', async () => {
      await expect
        .poll(async () => {
          const { microphone, camera } = await opened(await framesAt(tap), await secretsOf(two));
          return microphone > 5 && camera > 5;
        }, PATIENT)
        .toBe(true);
    });
    await step('a decoder that gets them as they are shows no picture', async () => {
      const decoded = async (page: Page) =>
        (await received(page)).videos.reduce((sum, { frames }) => sum + frames, 0);
      // A few bytes of noise in a hundred frames may look like a picture to VP8.
      expect(await decoded(tap)).toBeLessThan((await decoded(two)) / 10);
      await picture(tap, 'calls-encrypted-tap');
    });
    await picture(one, 'calls-encrypted');

    await step('secrets of somebody who left open no later frame', async () => {
      const old = await secretsOf(two);
      await two.getByRole('button', { name: 'Leave' }).first().click();
      const words = await sameWords(one, tap);
      expect(words).not.toBe(first);
      // [CE7] The keys overlap for a moment.
      await expect
        .poll(async () => {
          const { microphone, camera } = await opened((await framesAt(tap)).slice(-LATEST), old);
          return microphone + camera;
        }, PATIENT)
        .toBe(0);
      await tap.evaluate(() => (globalThis as unknown as { tapped: unknown[] }).tapped.splice(0));
      await expect
        .poll(async () => {
          const { microphone, camera } = await opened(await framesAt(tap), await secretsOf(tap));
          return microphone > 5 && camera > 5;
        }, PATIENT)
        .toBe(true);
      const late = await framesAt(tap);
      expect(await opened(late, old)).toEqual({ microphone: 0, camera: 0 });
    });

    await step('a participant without keys sees and hears nothing, and is told why', async () => {
      const deaf = await join(await doorOf(ines, withoutSecrets));
      await expect.poll(() => deaf.getByText('Waiting for the key').count(), PATIENT).toBe(2);
      expect(await receivedWithin(deaf, 1, one)).toEqual({ moving: 0, heard: 0 });
      const { videos, sounds } = await received(deaf);
      expect(videos).toEqual([]);
      expect(sounds.filter((energy) => energy > 0)).toEqual([]);
      await expect.poll(() => receivedWithin(one, 1), PATIENT).toEqual({ moving: 2, heard: 2 });
      await picture(deaf, 'calls-encrypted-deaf');
      await deaf.context().close();
    });

    await one.getByRole('button', { name: 'About the encryption' }).click();
    await one.getByText('Recording on the host is off').waitFor();
    await picture(one, 'calls-encrypted-about');
    expect(await accessibilityFaults(one)).toEqual([]);

    const unable = await doorOf(mara, withoutEncryption);
    await unable.getByText('This browser cannot take part in encrypted calls.').waitFor();
    expect(await unable.getByRole('button', { name: 'Join the call' }).isDisabled()).toBe(true);
  },
  300_000,
);
