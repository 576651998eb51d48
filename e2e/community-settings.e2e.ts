import { randomBytes } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectToHost } from '../app/main/cli/client.ts';
import { accessibilityFaults, launchBrowser, picture, tabTo } from './browser.ts';
import { openConsole, Stage, step } from './stage.ts';

const MIB = 1024 ** 2;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

test('a community gets settings of its own by keyboard, fills its quota alone, and resumes', async () => {
  const node = await new Stage(onTestFinished).founder('Mara');
  await node.impulse('init', '--name', 'Regatta', '--handle', 'Mara');
  const link = await connectToHost(node.dataDir);
  if (link === null) throw new Error('The node does not answer.');
  onTestFinished(() => link.close());
  const cards = await link.client.communities.list({});
  const [harbour, regatta] = cards.map(({ id }) => link.client.in(id));
  const { page, complaints } = await openConsole(browser, node);
  await page.getByText('Waiting for caller').first().waitFor();
  const source = (name: string) =>
    page.getByRole('button', { name: `${name}: as the node, or its own value` });
  const choose = async (name: string, key: 'ArrowDown' | 'ArrowUp') => {
    await tabTo(source(name));
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').waitFor();
    await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await page.getByText(`${name}: saved, in effect now.`).first().waitFor();
  };

  await step('Mara limits the space of Harbour', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Settings of this');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This community' }).waitFor();
    await source('Space for a community').waitFor();
    await picture(page, 'community-settings-as-node');
    expect(await accessibilityFaults(page)).toEqual([]);
    await choose('Space for a community', 'ArrowDown');
    const field = page.getByRole('textbox', { name: 'Space for a community' });
    await tabTo(field);
    await page.keyboard.type('0.5');
    await page.keyboard.press('Enter');
    await page
      .getByText(/of 512/)
      .first()
      .waitFor();
  });

  await step('chat is off in Harbour alone', async () => {
    await choose('Features', 'ArrowDown');
    await tabTo(page.getByRole('switch', { name: 'Chat' }));
    await page.keyboard.press('Space');
    await page.getByText('Chat: saved, in effect now.').waitFor();
    await picture(page, 'community-settings-own');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await harbour!.community.settings({})).toMatchObject({
      own: { features: { off: ['chat'] }, storage: { quotaBytes: 512 * MIB } },
    });
    expect((await regatta!.community.settings({})).own).toEqual({});
    await choose('Features', 'ArrowUp');
  });

  await step('Harbour is full and says so; Regatta goes on; more space ends it', async () => {
    await harbour!.files.put({ file: new File([randomBytes(2 * MIB)], 'chart.bin') });
    await harbour!.community.changeSettings({ set: { storage: { quotaBytes: MIB } }, unset: [] });
    await page.getByText('This community is read-only.', { exact: false }).first().waitFor();
    await picture(page, 'community-settings-full');
    await page.keyboard.press('1');
    const notice = page.getByRole('button', { name: /used up its space/ });
    await notice.waitFor();
    await picture(page, 'community-full-overview');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect((await regatta!.community.status({})).phase).toBe('ready');
    await tabTo(notice);
    await page.keyboard.press('Enter');
    await choose('Space for a community', 'ArrowUp');
    await page.getByText('This community is read-only.', { exact: false }).waitFor({ state: 'detached' });
  });
  expect(complaints).toEqual([]);
});
