import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Host } from '../app/main/host/host.ts';
import { accessibilityFaults, launchBrowser, picture, visit } from './browser.ts';
import { sampleHost } from './sample-host.ts';

/** The ledger's room with sample data: several validators, and states that are rare in practice. */
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

test.each(['halted', 'stalled', 'broken', 'empty', 'filling'])(
  'is accessible when it is %s',
  async (state) => {
    const { page, context, complaints } = await visit(browser, 'about:blank');
    for (const part of ['blocks', 'transactions', 'validators']) {
      await page.goto(`${host.url}/?fake=${state}#/ledger/${part}`);
      await page.getByRole('heading', { name: 'Block in progress' }).waitFor();
      await picture(page, `ledger-${state}-${part}`);
      expect(await accessibilityFaults(page), part).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  },
);

test('adding a validator shows its effect on the quorum first', async () => {
  const { page, context, complaints } = await visit(browser, `${host.url}/?fake=running#/ledger/validators`);
  await page.getByRole('heading', { name: 'Quorum and margin' }).waitFor();
  await page.keyboard.press('a');
  const card = page.getByRole('textbox', { name: 'Validator card' });
  await card.fill('{"did":"did:key:z6Mk');
  await page.getByText('This is not a validator card.', { exact: false }).waitFor();
  await card.fill(
    JSON.stringify({
      did: 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp',
      peer: '12D3KooWnew',
      bls: 'ab'.repeat(48),
      pop: 'cd'.repeat(96),
    }),
  );
  await page.getByText('Quorum 4 of 5: works with one lost').waitFor();
  await picture(page, 'ledger-add');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sign', exact: true }).click();
  await page.getByText('1 of 3 signatures').waitFor();
  await picture(page, 'ledger-collected');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test('a halted ledger continues after its blocks were executed again', async () => {
  const { page, context } = await visit(browser, `${host.url}/?fake=halted#/ledger`);
  await page.getByRole('alert').getByText('The ledger is halted at block 4,211.').waitFor();
  await page.getByRole('button', { name: 'Execute all blocks again' }).click();
  await picture(page, 'ledger-recover');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Execute again' }).click();
  await page.getByText('Every root equals the signed one.', { exact: false }).waitFor();
  await context.close();
});
