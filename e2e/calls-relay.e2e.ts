import type { Browser } from 'playwright-core';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findTurnserver } from '../app/main/platform/coturn/index.ts';
import { launchBrowser } from './browser.ts';
import { callConsole, joinCall, lacksWorker, seesAndHears } from './call-console.ts';
import { FAKE_DEVICES, routes } from './media-probe.ts';
import { Stage, step } from './stage.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function browserWith(...options: string[]): Promise<Browser> {
  const browser = await launchBrowser([...FAKE_DEVICES, ...options]);
  onTestFinished(() => browser.close());
  return browser;
}

test.skipIf(lacksWorker || findTurnserver(process.env['PATH']) === null)(
  'a node’s own relay carries a call for a browser without UDP, and for one that must use it',
  async () => {
    const stage = new Stage(onTestFinished);
    const mara = await stage.founder('Mara');
    // Killed, it would leave its relay behind until it starts again.
    onTestFinished(() => mara.end());
    const ines = await stage.member(mara, 'Ines');
    await mara.impulse('settings', 'set', 'calls.coturnPort', String(await freePort()));
    await mara.impulse('settings', 'set', 'calls.relayOnly', 'true');
    await mara.impulse('settings', 'set', 'calls.coturn', 'true');
    await step('the relay runs', async () => {
      await expect
        .poll(() => mara.impulse('call', 'stats'), { timeout: 20_000, interval: 500 })
        .toMatchObject({ relay: { state: 'running', problem: null } });
    });
    await mara.impulse('call', 'open', 'Friday evening');
    // This policy leaves a browser TCP alone, as a network does that blocks UDP.
    const blocked = await browserWith('--webrtc-ip-handling-policy=disable_non_proxied_udp');
    const open = await browserWith();
    const [one, two] = [await callConsole(open, mara), await callConsole(blocked, ines)];
    for (const page of [one, two]) await joinCall(page, 'Friday evening');
    await step('each decodes the picture of the other and hears them', async () => {
      for (const page of [one, two]) await seesAndHears(page, 1);
    });
    await step('both connections of each go through the relay', async () => {
      expect((await routes(one)).map(({ type }) => type)).toEqual(['relay', 'relay']);
      expect(await routes(two)).toEqual([
        { type: 'relay', toRelay: 'tcp' },
        { type: 'relay', toRelay: 'tcp' },
      ]);
    });
  },
);
