import { lacksWorker } from './call-console.ts';
import type { Browser, Page } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Recording } from '../app/contract/index.ts';
import { averageColour, loudness, probe } from '../app/main/platform/ffmpeg/test-decode.ts';
import { testFfmpeg } from '../app/main/platform/ffmpeg/test-ffmpeg.ts';
import { accessibilityFaults, launchBrowser, picture } from './browser.ts';
import { fakeDevices, type FakePerson } from './fake-devices.ts';
import { keepConnections, received } from './media-probe.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

const PATIENT = { timeout: 60_000, interval: 500 };
const RECORDED_MS = 10_000;
/** Composing yields to everything else on the machine. */
const COMPOSED = { timeout: 240_000, interval: 1000 };
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
  await page.getByText('Others will see and hear you.').waitFor(PATIENT);
  await page.getByRole('button', { name: /^(Join the call|Ask to join)/ }).click();
  await page.getByRole('button', { name: 'Camera off' }).waitFor(PATIENT);
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

test.skipIf(lacksWorker || testFfmpeg === null)(
  'a recording has those who agreed and nobody else, and plays in the console',
  { timeout: 600_000 },
  async () => {
    const stage = new Stage(onTestFinished);
    const host = await stage.founder('Mara');
    const guest = await stage.member(host, 'Ines');
    const log = () => readFileSync(join(host.dataDir, 'node/logs/node.log'), 'utf8').slice(-3000);
    // Hooks run in reverse order: the node is still there.
    onTestFinished(({ task }) => {
      if (task.result?.state === 'fail') console.log(log());
    });
    await host.impulse('call', 'open', TITLE);
    const third = await stage.member(host, 'Olga');
    const mara = await consoleOf(host, people.mara);
    const ines = await consoleOf(guest, people.ines);
    const olga = await consoleOf(third, people.olga);
    for (const page of [mara, ines, olga]) await joinCall(page);

    await step('everyone sees and hears the others', async () => {
      for (const page of [mara, ines, olga]) {
        const counts = async () => {
          const { videos, sounds } = await received(page);
          return [videos.filter(({ frames }) => frames > 0).length, sounds.filter(Boolean).length];
        };
        await expect.poll(counts, PATIENT).toEqual([2, 2]);
      }
    });

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
    await expect
      .poll(async () => (await recordingsOf(host))[0]?.lengthMs, PATIENT)
      .toBeGreaterThan(RECORDED_MS);
    await chooseFromMenu(mara, 'Stop the recording');
    await ines.getByText('Mara ended the recording.').waitFor();
    await olga.close();

    const file = await step('the host makes one file', async () => {
      await expect.poll(async () => (await recordingsOf(host))[0]?.state, COMPOSED).toBe('ready');
      const folder = communityOf(host);
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
        averageColour(file, seconds, '300:260:90:140'),
        averageColour(file, seconds, '300:260:570:140'),
      ];
      const strongest = tiles.map((rgb) => ['red', 'green', 'blue'][rgb.indexOf(Math.max(...rgb))]);
      expect(strongest.toSorted()).toEqual(['green', 'red']);
      const tones = Object.values(people).map(({ hertz }) => loudness(file, hertz, seconds, 3));
      const [first, second, refused] = tones as [number, number, number];
      expect(Math.min(first, second)).toBeGreaterThan(-45);
      expect(refused).toBeLessThan(-60);
      return Promise.resolve();
    });

    await step('the console plays it, with who spoke when and the chat', async () => {
      await mara.getByRole('button', { name: 'Leave' }).click();
      await mara.getByRole('button', { name: 'All rooms' }).click();
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

    await step('what a killed program and a killed node left is put together', async () => {
      await host.impulse('call', 'record', TITLE, 'on');
      await ines.getByRole('button', { name: 'Agree' }).click();
      const folder = () => {
        const path = join(communityOf(host), 'recordings');
        const [id2] = readdirSync(path).filter((name) => name !== id);
        return join(path, id2 ?? '');
      };
      const written = () =>
        readdirSync(folder()).filter((name) => statSync(join(folder(), name)).size > 20_000);
      await expect.poll(() => written().length, PATIENT).toBe(2);
      for (const pid of writersOf(folder())) process.kill(pid, 'SIGKILL');
      await expect.poll(() => written().length, PATIENT).toBe(4);
      await expect(ines.getByText('The recording has ended').count()).resolves.toBe(0);
      await host.end('SIGKILL');
      await host.run();
      const newest = async () => (await recordingsOf(host))[0];
      await expect.poll(async () => (await newest())?.state, COMPOSED).toBe('ready');
      const file2 = join(folder(), 'call.webm');
      expect(probe(file2).map(({ codec_name: name }) => name)).toEqual(['vp8', 'opus']);
      expect(loudness(file2, people.ines.hertz, 0, 60)).toBeGreaterThan(-45);
      expect((await newest())?.people.map(({ handle }) => handle)).toEqual(['Ines']);
    });
  },
);

/** The folder of the only community of a node. */
function communityOf({ dataDir }: TestNode): string {
  const folder = join(dataDir, 'communities');
  return join(folder, String(readdirSync(folder).find((name) => !name.startsWith('.'))));
}

/** The processes that write files in a folder. */
function writersOf(folder: string): number[] {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('ffmpeg') && line.includes(folder))
    .map((line) => Number.parseInt(line, 10));
}
