import type { Browser, Page } from 'playwright-core';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { execSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Recording } from '../app/contract/index.ts';
import { averageColour, loudness, probe } from '../app/main/platform/ffmpeg/test-decode.ts';
import { testFfmpeg } from '../app/main/platform/ffmpeg/test-ffmpeg.ts';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import { fakeDevices, type FakePerson } from './fake-devices.ts';
import { keepConnections } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

const PATIENT = { timeout: 60_000, interval: 500 };
const RECORDED_MS = 15_000;
/** Composing yields to everything else on the machine. */
const COMPOSED = { timeout: 180_000, interval: 1000 };
const TITLE = 'Friday evening';

const people = {
  mara: { colour: 'red', hertz: 440 },
  ines: { colour: 'green', hertz: 880 },
  olga: { colour: 'blue', hertz: 1760 },
} as const satisfies Record<string, FakePerson>;

/** A console with the devices of a person, in a browser of its own. */
async function consoleOf(node: TestNode, person: FakePerson): Promise<Page> {
  const browser: Browser = await launchBrowser(fakeDevices(person));
  onTestFinished(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    permissions: ['camera', 'microphone'],
  });
  const page = await context.newPage();
  await page.addInitScript(keepConnections);
  // The tones must arrive as they are.
  await page.addInitScript(`
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (wanted) => open(wanted.audio ? {
      ...wanted, audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    } : wanted);
  `);
  await page.goto(await node.entry());
  return page;
}

async function joinCall(page: Page): Promise<void> {
  await page.getByText('Waiting for caller').first().waitFor();
  await page.keyboard.press('4');
  await page.getByText(TITLE).first().waitFor();
  await page.getByRole('button', { name: /^Join/ }).click();
  await page.getByRole('switch', { name: 'Join with camera' }).waitFor();
  if (!(await page.getByRole('switch', { name: 'Join with camera' }).isChecked())) {
    await page.getByText('Join with camera').click();
  }
  await page.getByRole('button', { name: /^(Join the call|Ask to join)/ }).click();
  await page.getByRole('button', { name: 'Mute' }).waitFor();
}

async function chooseFromMenu(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

async function say(page: Page, text: string): Promise<void> {
  await page.keyboard.press('c');
  const field = page.getByPlaceholder('Write to everyone in the call');
  await field.fill(text);
  await field.press('Enter');
  await page.locator('.call-log').getByText(text).waitFor();
}

const recordingsOf = (node: TestNode) => node.impulse('call', 'recordings') as Promise<Recording[]>;

test.skipIf(testFfmpeg === null)(
  'a recording has those who agreed and nobody else, and plays in the console',
  { timeout: 480_000 },
  async () => {
    const stage = new Stage(onTestFinished);
    const host = await stage.founder('Mara');
    const guest = await stage.member(host, 'Ines');
    await host.impulse('call', 'open', TITLE);
    const third = await stage.member(host, 'Olga');
    const mara = await consoleOf(host, people.mara);
    const ines = await consoleOf(guest, people.ines);
    const olga = await consoleOf(third, people.olga);
    for (const page of [mara, ines, olga]) await joinCall(page);

    await step('everyone is asked; one refuses', async () => {
      await chooseFromMenu(mara, 'Record the call');
      for (const page of [mara, ines, olga]) await page.getByText('Mara wants to record the call.').waitFor();
      await picture(ines, 'calls-consent');
      await olga.getByRole('button', { name: 'Refuse' }).click();
      await mara.getByRole('button', { name: 'Agree' }).click();
      await ines.getByRole('button', { name: 'Agree' }).click();
      await mara.keyboard.press('p');
      const list = mara.locator('.call-people');
      await expect.poll(() => list.getByText('is recorded').count(), PATIENT).toBe(2);
      await expect.poll(() => list.getByText('refuses to be recorded').count(), PATIENT).toBe(1);
      await picture(mara, 'calls-recorded');
    });

    const answers = await step('the answers are events in the log of the host', async () => {
      await expect.poll(() => host.storedKinds('call.consent'), PATIENT).toEqual({ 'call.consent': 3 });
      return recordingsOf(host);
    });
    const [{ id }] = answers as [Recording];
    await say(ines, 'I agreed to this');
    await say(olga, 'This is not recorded');
    await mara.waitForTimeout(RECORDED_MS);
    {
      const f = join(
        host.dataDir,
        'communities',
        String(readdirSync(join(host.dataDir, 'communities'))[0]),
        'recordings',
        id,
      );
      for (const n of readdirSync(f)) {
        console.log(n, statSync(join(f, n)).size);
        cpSync(join(f, n), join('/tmp/rectracks', n));
      }
      console.log(execSync('ps -eo args | grep "[f]fmpeg -hide"').toString().slice(0, 4000));
      const D = (await import('better-sqlite3')).default;
      console.log(
        new D(host.database!, { readonly: true }).prepare('SELECT details FROM call_recording').get(),
      );
    }
    await chooseFromMenu(mara, 'Stop the recording');
    await ines.getByText('Mara ended the recording.').waitFor();

    const file = await step('the host makes one file', async () => {
      await expect.poll(async () => (await recordingsOf(host))[0]?.state, COMPOSED).toBe('ready');
      const folder = join(
        host.dataDir,
        'communities',
        String(readdirSync(join(host.dataDir, 'communities'))[0]),
      );
      const path = join(folder, 'recordings', id, 'call.webm');
      expect(readdirSync(join(folder, 'recordings', id))).toEqual(['call.webm']);
      expect(statSync(join(folder, 'recordings')).mode & 0o077).toBe(0);
      return path;
    });

    await step('it has the colours and tones of two people, not those of the third', () => {
      expect(probe(file).map(({ codec_name: name }) => name)).toEqual(['vp8', 'opus']);
      // Late enough for a slow machine to have begun with everything.
      const seconds = RECORDED_MS / 1000 - 4;
      const tiles = [
        averageColour(file, seconds, '400:400:120:160'),
        averageColour(file, seconds, '400:400:760:160'),
      ];
      const strongest = tiles.map((rgb) => ['red', 'green', 'blue'][rgb.indexOf(Math.max(...rgb))]);
      console.log({ tiles });
      expect(strongest.toSorted()).toEqual(['green', 'red']);
      const tones = Object.values(people).map(({ hertz }) => loudness(file, hertz, seconds, 3));
      console.log({ tones });
      const [first, second, refused] = tones as [number, number, number];
      expect(Math.min(first, second)).toBeGreaterThan(-45);
      expect(refused).toBeLessThan(-60);
      return Promise.resolve();
    });

    await step('the console plays it, with who spoke when and the chat', async () => {
      await mara.keyboard.press('u');
      await mara.getByRole('button', { name: /^Recordings/ }).click();
      const video = mara.locator('video.rec-picture');
      await video.waitFor(PATIENT);
      await expect
        .poll(() => video.evaluate((it: { readyState: number }) => it.readyState), PATIENT)
        .toBeGreaterThan(1);
      await expect(mara.getByText('This is not recorded').count()).resolves.toBe(0);
      await mara.getByText('I agreed to this').waitFor();
      await expect(mara.locator('.rec-lane').count()).resolves.toBe(2);
      await mara.locator('.rec-speech').first().click();
      await mara.getByLabel('Speed').click();
      await mara.getByRole('option', { name: '2×' }).click();
      const rate = () => video.evaluate((it: { playbackRate: number }) => it.playbackRate);
      await expect.poll(rate, PATIENT).toBe(2);
      await video.evaluate((it: { play(): Promise<void>; currentTime: number }) => {
        it.currentTime = 5;
        return it.play();
      });
      const time = () => video.evaluate((it: { currentTime: number }) => it.currentTime);
      await expect.poll(time, PATIENT).toBeGreaterThan(6);
      await picture(mara, 'calls-recording');
      expect(await accessibilityFaults(mara)).toEqual([]);
    });
  },
);
