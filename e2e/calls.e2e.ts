import type { Browser, Page } from 'playwright-core';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import { FAKE_DEVICES, keepConnections, received } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

/** How long a sound is listened to, in milliseconds. */
const MEASURED_MS = 1500;
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

/** How many of the sounds that a page receives are heard now. */
async function heard(page: Page): Promise<number> {
  const before = await received(page);
  await new Promise((go) => setTimeout(go, MEASURED_MS));
  const after = await received(page);
  return after.sounds.filter((energy, at) => energy > (before.sounds[at] ?? 0)).length;
}

/** The processes that forward the media of a node. */
function workersOf(node: TestNode): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(node.pid), 'mediasoup'], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

test('three consoles on two nodes see and hear each other in a call', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const ines = await stage.member(mara, 'Ines');
  await mara.impulse('call', 'open', 'Friday evening');
  const visitors = [await consoleOf(mara), await consoleOf(ines), await consoleOf(ines)];
  const [one, two, three] = visitors.map(({ page }) => page) as [Page, Page, Page];
  for (const page of [one, two, three]) await joinCall(page, 'Friday evening');

  await step('each decodes the pictures of both others and hears them', async () => {
    for (const page of [one, two, three]) await seesAndHears(page, 2);
    await picture(one, 'calls-grid');
    expect(await accessibilityFaults(one)).toEqual([]);
  });

  await step('who mutes is shown as muted and heard no more', async () => {
    await one.keyboard.press('m');
    await two.getByText('muted').first().waitFor();
    await expect.poll(() => heard(two), PATIENT).toBe(1);
    await one.keyboard.press('m');
    await expect.poll(() => heard(two), PATIENT).toBe(2);
  });

  await step('a shared screen comes beside the camera', async () => {
    await two.keyboard.press('s');
    await one.getByText('Screen of Ines').first().waitFor();
    await expect.poll(async () => (await received(one)).videos.length, PATIENT).toBe(3);
    await picture(one, 'calls-screen');
    await two.keyboard.press('s');
    await one.getByText('Screen of Ines').first().waitFor({ state: 'detached' });
  });

  await step('a line in the chat reaches everybody', async () => {
    await two.keyboard.press('c');
    await two.getByPlaceholder('Write to everyone in the call').fill('Good evening');
    await two.keyboard.press('Enter');
    await one.keyboard.press('c');
    await one.getByText('Good evening').first().waitFor();
    await picture(one, 'calls-chat');
  });

  await step('media come back after the process that forwards them was killed', async () => {
    const workers = workersOf(mara);
    expect(workers.length).toBeGreaterThan(0);
    const killedAt = Date.now();
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await received(two)).videos.length, PATIENT).toBe(0);
    await seesAndHears(two, 2);
    console.log(`Media were back ${Date.now() - killedAt} ms after the worker was killed.`);
    await seesAndHears(three, 2);
  });

  await step('who leaves is gone from the call of the others', async () => {
    await three.keyboard.press('x');
    await expect.poll(async () => (await received(two)).videos.length, PATIENT).toBe(1);
  });
  expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
});

test('a waiting room admits by hand, and rights keep others out', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const ines = await stage.member(mara, 'Ines');
  await mara.impulse('call', 'open', 'Council', '--waiting-room');
  const guest = (await consoleOf(ines)).page;
  await joinCall(guest, 'Council');
  await guest.getByText('You are in the waiting room.').waitFor();
  await picture(guest, 'calls-waiting');
  const host = (await consoleOf(mara)).page;
  await joinCall(host, 'Council');
  await host.getByRole('button', { name: /^Admit .*Ines/ }).waitFor();
  expect((await received(guest)).videos).toEqual([]);
  await picture(host, 'calls-queue');
  expect(await accessibilityFaults(host)).toEqual([]);
  await host.getByRole('button', { name: /^Admit .*Ines/ }).click();
  await seesAndHears(guest, 1);
  await host.keyboard.press('x');

  await mara.impulse('call', 'open', 'Staff', '--role', 'moderator');
  await guest.keyboard.press('u');
  await guest.getByText('Staff').first().click();
  await guest.getByText('The rules of this room do not let you in.').first().waitFor();
  await picture(guest, 'calls-refused');
});
