import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, launchBrowser, picture, visit } from './browser.ts';
import { Stage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());
const stage = new Stage(afterAll);

test('the feature is used from the command line, the console and the settings', async () => {
  const node = await stage.founder('mara');
  await node.impulse('note', 'write', 'The ferry is late.');
  const [note] = (await node.impulse('note', 'list')) as { id: string; text: string }[];
  expect(note).toMatchObject({ text: 'The ferry is late.', pinned: false });
  await node.impulse('note', 'pin', note!.id);

  const { page, complaints } = await visit(browser, await node.entry());
  await page.getByRole('navigation').first().waitFor();
  await page.keyboard.press('8');
  await page.getByRole('heading', { name: 'Notes', level: 1 }).first().waitFor();
  await page.getByText('The ferry is late.').waitFor();
  await page.getByText('pinned').waitFor();
  await page.getByLabel('A note for everybody').fill('It is here.');
  await page.keyboard.press('Enter');
  await page.getByText('It is here.').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await picture(page, 'sample-feature');

  await page.goto(`${page.url().split('#')[0]}#/settings/notes`);
  const field = page.getByLabel('Longest note');
  await field.fill('20');
  await field.press('Enter');
  await page.getByText(/saved/i).first().waitFor();
  await expect(node.impulse('note', 'write', 'x'.repeat(21))).rejects.toThrow(/at most 20 characters/);
  await node.impulse('settings', 'set', 'notes.maxCharacters', '30', '--community', 'Harbour');
  await node.impulse('note', 'write', 'x'.repeat(21));
  expect(complaints).toEqual([]);
});
