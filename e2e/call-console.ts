import type { Browser, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { testWorker } from '../app/main/platform/mediasoup/test-worker.ts';
import { visit } from './browser.ts';
import { keepConnections, received } from './media-probe.ts';
import type { TestNode } from './node.ts';

const PATIENT = { timeout: 60_000, interval: 500 };

/** Whether there is no media process, so that tests of calls are skipped, with a notice. */
export const lacksWorker = testWorker === null;

/** The console of a node, whose connections of calls can be read with the functions of media-probe. */
export async function callConsole(browser: Browser, node: TestNode): Promise<Page> {
  const { page, context } = await visit(browser, 'about:blank');
  onTestFinished(() => context.close());
  await page.addInitScript(keepConnections);
  await page.goto(await node.entry());
  return page;
}

/** Joins a room of the list, with microphone and camera. */
export async function joinCall(page: Page, title: string): Promise<void> {
  await page.getByText('Waiting for caller').first().waitFor();
  await page.keyboard.press('4');
  await page.getByText(title).first().waitFor();
  await page.getByRole('button', { name: /^Join/ }).click();
  const camera = page.getByRole('switch', { name: 'Join with camera' });
  await camera.waitFor();
  if (!(await camera.isChecked())) await page.getByText('Join with camera').click();
  await page.getByRole('button', { name: /^(Join the call|Ask to join)/ }).click();
}

/** Resolves once that many others are seen in moving pictures and heard. */
export async function seesAndHears(page: Page, others: number): Promise<void> {
  await expect.poll(async () => (await received(page)).videos.length, PATIENT).toBe(others);
  const before = await received(page);
  await expect
    .poll(async () => {
      const { videos, sounds } = await received(page);
      const moving = videos.filter(({ frames }, at) => frames > (before.videos[at]?.frames ?? 0) + 10);
      const heard = sounds.filter((energy, at) => energy > (before.sounds[at] ?? 0));
      return [moving.length, heard.length];
    }, PATIENT)
    .toEqual([others, others]);
}
