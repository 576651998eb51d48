import type { Browser, Page } from 'playwright-core';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import { callConsole, joinCall, lacksWorker, seesAndHears } from './call-console.ts';
import { FAKE_DEVICES, received, receivedWithin } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

/** How much sound is listened to, in seconds: the fake microphone beeps once in each. */
const HEARD_SECONDS = 1.5;
const PATIENT = { timeout: 30_000, interval: 250 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(FAKE_DEVICES);
});
afterAll(() => browser?.close());

/** The processes that forward the media of a node. */
function workersOf(node: TestNode): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(node.pid), 'mediasoup'], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

test.skipIf(lacksWorker)('three consoles on two nodes see and hear each other in a call', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const ines = await stage.member(mara, 'Ines');
  await mara.impulse('call', 'open', 'Friday evening');
  const pages = [
    await callConsole(browser, mara),
    await callConsole(browser, ines),
    await callConsole(browser, ines),
  ];
  const [one, two, three] = pages as [Page, Page, Page];
  for (const page of [one, two, three]) await joinCall(page, 'Friday evening');

  await step('each decodes the pictures of both others and hears them', async () => {
    for (const page of [one, two, three]) await seesAndHears(page, 2);
    await picture(one, 'calls-grid');
    expect(await accessibilityFaults(one)).toEqual([]);
  });

  await step('who mutes is shown as muted and heard no more', async () => {
    await one.keyboard.press('m');
    await two.getByText('muted').first().waitFor();
    await expect.poll(() => receivedWithin(two, HEARD_SECONDS), PATIENT).toMatchObject({ heard: 1 });
    await one.keyboard.press('m');
    await expect.poll(() => receivedWithin(two, HEARD_SECONDS), PATIENT).toMatchObject({ heard: 2 });
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
});

test.skipIf(lacksWorker)('a waiting room admits by hand, and rights keep others out', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const ines = await stage.member(mara, 'Ines');
  await mara.impulse('call', 'open', 'Council', '--waiting-room');
  const guest = await callConsole(browser, ines);
  await joinCall(guest, 'Council');
  await guest.getByText('You are in the waiting room.').waitFor();
  await picture(guest, 'calls-waiting');
  const host = await callConsole(browser, mara);
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

test.skipIf(lacksWorker)('a call goes on at the node of a participant when its host goes away', async () => {
  const stage = new Stage(onTestFinished);
  const mara = await stage.founder('Mara');
  const [ines, odin] = [await stage.member(mara, 'Ines'), await stage.member(mara, 'Odin')];
  await ines.impulse('settings', 'set', 'calls.hostForOthers', 'true');
  await mara.impulse('call', 'open', 'Friday evening');
  const [one, two] = [await callConsole(browser, ines), await callConsole(browser, odin)];
  for (const page of [one, two]) await joinCall(page, 'Friday evening');
  for (const page of [one, two]) await seesAndHears(page, 1);
  // Odin's node dials that of Ines only once it knows its address.
  await expect
    .poll(async () => ((await odin.impulse('peers')) as { peers: unknown[] }).peers.length, PATIENT)
    .toBe(2);
  const goneAt = Date.now();
  await mara.end('SIGKILL');
  for (const page of [one, two]) {
    await expect
      .poll(async () => (await received(page)).videos.length, { timeout: 15_000, interval: 50 })
      .toBe(0);
  }
  await seesAndHears(one, 1);
  console.log(`Media were back ${Date.now() - goneAt} ms after the host was gone.`);
  await seesAndHears(two, 1);
  await picture(one, 'calls-successor');
});
