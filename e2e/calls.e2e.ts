import type { Browser, Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import { FAKE_DEVICES, keepConnections, received } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

const PATIENT = { timeout: 30_000, interval: 250 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(FAKE_DEVICES);
});
afterAll(() => browser?.close());

/** The console of a node, which keeps its connections for {@link received}. */
async function consoleOf(node: TestNode): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(keepConnections);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(await node.entry());
  return { page, complaints };
}

/** Goes to the list of rooms and joins the only one, with camera and microphone. */
async function joinCall(page: Page, title: string): Promise<void> {
  await page.getByText('Waiting for caller').first().waitFor();
  await page.keyboard.press('4');
  await page.getByText(title).first().waitFor();
  await page.getByRole('button', { name: /^Join/ }).click();
  await page.getByRole('switch', { name: 'Join with camera' }).waitFor();
  await picture(page, 'calls-join');
  if (!(await page.getByRole('switch', { name: 'Join with camera' }).isChecked())) {
    await page.getByText('Join with camera').click();
  }
  await page.getByRole('button', { name: /^(Join the call|Ask to join)/ }).click();
}

/** Resolves once that many others are seen in moving pictures and heard. */
async function seesAndHears(page: Page, others: number): Promise<void> {
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

test('three consoles on two nodes see and hear each other in a call', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const ines = await stage.member(mara, 'Ines');
  await mara.impulse('call', 'open', 'Friday evening');
  const one = await consoleOf(mara);
  const two = await consoleOf(ines);
  const three = await consoleOf(ines);
  const all = [one.page, two.page, three.page];
  for (const page of all) await joinCall(page, 'Friday evening');
  try {
    await step('each decodes the pictures of both others and hears them', async () => {
      for (const page of all) await seesAndHears(page, 2);
    });
  } finally {
    await picture(one.page, 'calls-grid');
    await picture(two.page, 'calls-grid-2');
    for (const node of [mara, ines])
      console.log(readFileSync(join(node.dataDir, 'node/logs/node.log'), 'utf8').slice(-3000));
    console.log(one.complaints, two.complaints, three.complaints);
    console.log(await received(one.page), await received(two.page));
    console.log(await two.page.locator('body').innerText());
  }
  expect(await accessibilityFaults(one.page)).toEqual([]);
});
