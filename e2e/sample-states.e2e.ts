import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../app/main/host/host.ts';
import { launchBrowser, picture, visit } from './browser.ts';
import { sampleHost } from './sample-host.ts';
import { THEME_TIMEOUT_MS, themeNames, visitIn } from './themes.ts';

/**
 * States that a node cannot be put into here come from the sample data: networks behind routers, broken models,
 * a node that joins without a network, and a million posts.
 */
let browser: Browser;
let host: Host;

beforeAll(async () => {
  host = await sampleHost();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await host?.stop();
});

describe.each(themeNames)('in the %s theme', { timeout: THEME_TIMEOUT_MS }, (theme) => {
  test('a node behind a router, its setup for an invite, and the steps left for a person are accessible', async () => {
    const { page, context, complaints, sound } = await visitIn(browser, theme);
    const at = async (state: string, place: string) => {
      await page.goto(`${host.url}/?fake=${state}#/${place}`);
      await page.getByRole('main').first().waitFor();
    };
    await at('relayed', 'federation');
    await page.getByRole('columnheader', { name: 'Source' }).waitFor();
    await sound('federation-relayed');
    await at('relayed', 'settings/network');
    await page.getByText('symmetric NAT', { exact: false }).waitFor();
    const direct = page.getByRole('switch', { name: 'Direct connections through routers' });
    expect(await direct.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Addresses others dial' }).fill('bbs');
    await page.keyboard.press('Control+Enter');
    await page.getByText('“bbs” is not an address.', { exact: false }).waitFor();
    await direct.scrollIntoViewIfNeeded();
    await sound('settings-network-relayed');
    await at('local', 'federation/invite');
    await page.getByText('to be set up').first().waitFor();
    await sound('invite-local');
    await page.getByRole('button', { name: 'Set up and make the link' }).press('Enter');
    await page.getByText('Asking the router to forward the port', { exact: false }).waitFor();
    await sound('invite-setting-up');
    await page.getByRole('img', { name: /QR/ }).waitFor();
    await at('closed', 'federation/invite');
    await page.getByRole('radio', { name: /^The internet/ }).waitFor();
    await page.getByRole('radio', { name: /^This network/ }).press('ArrowUp');
    await page.getByRole('button', { name: 'Set up and make the link' }).press('Enter');
    await page.getByRole('list', { name: 'Steps left' }).waitFor();
    await sound('invite-steps');
    await page.getByLabel('Addresses others dial').fill('bbs.example.org');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('/dns/bbs.example.org/tcp/4001').waitFor();
    await sound('invite-ready-entered');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a model whose file is broken is accessible', async () => {
    const { page, context, complaints, sound } = await visitIn(browser, theme);
    await page.goto(`${host.url}/?fake=broken-model#/moderation/models`);
    await page.getByText('Its file does not have the expected hash.', { exact: false }).waitFor();
    await sound('moderation-broken');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('each of the first steps is accessible', async () => {
    const { page, context, complaints, sound } = await visitIn(browser, theme);
    await page.goto(`${host.url}/?fake=setup`);
    await page.getByLabel('Name of the community').waitFor();
    await sound('first-create');
    await page.getByRole('button', { name: 'Restore your identity' }).click();
    await page.getByLabel('The 24 words').waitFor();
    await sound('first-restore');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByText('Join with an invite').click();
    await page.getByLabel('Invite link').fill('impulse://join/sample');
    await page.getByText('An invite to Night Ferry').waitFor();
    await sound('first-join');
    await page.getByText('Start a community', { exact: true }).click();
    await page.getByLabel('Name of the community').fill('Harbour');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your handle').fill('mara');
    await sound('first-you');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'The 24 words, in order' }).waitFor();
    await sound('first-phrase');
    await page.getByRole('button', { name: 'I have written them down' }).click();
    await page
      .getByLabel(/^Word \d+$/)
      .first()
      .waitFor();
    await sound('first-check');
    await page.goto(`${host.url}/?fake=setup#/join/${encodeURIComponent('impulse://join/sample')}`);
    await page.reload();
    await page.getByText('An invite to Night Ferry').waitFor();
    await page.getByLabel('Invite link').press('Enter');
    await page.getByRole('radio', { name: /^Nobody/ }).press('ArrowUp');
    await sound('first-join-dial');
    await page.getByLabel('Your handle').fill('mara');
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Steps left' }).waitFor();
    await sound('first-joined-steps');
    await page.getByRole('button', { name: 'I have written them down' }).waitFor();
    await page.getByRole('button', { name: 'Later', exact: true }).last().press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).first().waitFor();
    await sound('first-joined-overview');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test('a board of a million posts and a thread of hundreds draw what is in sight', async () => {
  const { page, context, complaints } = await visit(browser, `${host.url}/?fake=museum#/boards/museum`);
  const drawn = page.locator('.threads [role="row"][data-index]');
  const last = async () => Number(await drawn.last().getAttribute('data-index'));
  await drawn.first().focus();
  for (let pages = 0; pages < 8; pages += 1) {
    const before = await last();
    await page.keyboard.press('End');
    await expect.poll(last).toBeGreaterThan(before);
  }
  expect(await drawn.count()).toBeLessThan(100);
  await picture(page, 'museum-far');
  await page.goto(`${host.url}/?fake=museum#/boards/museum/bafyreisample-t-7/bafyreisample-p-7-899`);
  await page.getByText('End of the thread.').waitFor();
  expect(await page.locator('.post').count()).toBeLessThan(100);
  await picture(page, 'museum-thread');
  expect(complaints).toEqual([]);
  await context.close();
});
