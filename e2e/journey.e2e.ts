import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture, tabTo } from './browser.ts';
import type { TestNode } from './node.ts';
import { inviteFrom, openConsole, Stage } from './stage.ts';

const WORDS_ASKED = 3;

/** Founds a community by keyboard alone, from the first page to the check of the recovery phrase. */
async function foundCommunity(page: Page, name: string, handle: string): Promise<void> {
  await tabTo(page.getByLabel('Name of the community'));
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await tabTo(page.getByLabel('Your handle'));
  await page.keyboard.type(handle);
  await page.keyboard.press('Enter');
  await checkPhrase(page);
}

async function checkPhrase(page: Page): Promise<void> {
  const list = page.getByRole('list', { name: 'The 24 words, in order' });
  await list.waitFor();
  const words = await list.locator('.phrase-word').allTextContents();
  expect(words).toHaveLength(24);
  await tabTo(page.getByRole('button', { name: 'I have written them down' }));
  await page.keyboard.press('Enter');
  await page
    .getByLabel(/^Word \d+$/)
    .first()
    .waitFor();
  let asked = 0;
  for (const [index, word] of words.entries()) {
    const field = page.getByLabel(`Word ${index + 1}`, { exact: true });
    if ((await field.count()) === 0) continue;
    await field.fill(word);
    asked += 1;
  }
  expect(asked).toBe(WORDS_ASKED);
  await page.keyboard.press('Enter');
  // The console opens automatically once the node reports that the phrase is confirmed.
  const finish = page.getByRole('button', { name: 'Open the console' });
  const navigation = page.getByRole('navigation').first();
  await finish.or(navigation).first().waitFor();
  if (await finish.isVisible()) await page.keyboard.press('Enter');
  await navigation.waitFor();
  await page.getByText('Waiting for caller').first().waitFor();
  expect(new URL(page.url()).hash).toBe('#/overview');
}

async function goTo(page: Page, room: string): Promise<void> {
  await page
    .getByRole('link', { name: new RegExp(room) })
    .first()
    .click();
}

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

test('a newcomer makes a community by keyboard alone and proves the recovery phrase', async () => {
  const node = await new Stage(onTestFinished).node();
  const { page, complaints } = await openConsole(browser, node);
  await foundCommunity(page, 'Harbour', 'mara');
  await picture(page, 'journey-overview');
  expect(new URL(page.url()).hash).not.toContain('code');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await node.impulse('status')).toMatchObject({
    me: { phraseConfirmed: true },
    communities: [{ card: { name: 'Harbour', handle: 'mara', role: 'sysop' }, status: { phase: 'ready' } }],
  });
  expect(complaints).toEqual([]);
});

describe('in a community of a sysop and a friend, with one thread', () => {
  const stage = new Stage(afterAll);
  const thread = { subject: 'The ferry is late', text: 'It left the south pier at nine.' };
  let harbour: TestNode;
  let ferry: TestNode;

  beforeAll(async () => {
    harbour = await stage.founder('mara');
    await harbour.impulse('post', 'general', thread.text, '--subject', thread.subject);
    ferry = await stage.member(harbour, 'juno');
  });
  beforeEach(async () => {
    for (const node of [harbour, ferry]) if (!node.isRunning) await node.run();
  });

  async function openThread(page: Page): Promise<void> {
    await goTo(page, 'Boards');
    await page.getByText(thread.subject).first().click();
    await page.getByText(thread.text).first().waitFor();
  }

  test('a newcomer joins by an invite and reads what was written', async () => {
    const link = await inviteFrom(harbour);
    expect(link).toMatch(/^impulse:\/\/join\//);
    const { page, complaints } = await openConsole(browser, await new Stage(onTestFinished).node());
    await page.getByText('Join with an invite').first().click();
    await page.getByLabel('Invite link').fill(link);
    await page.getByText('An invite to Harbour').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByLabel('Your handle').fill('ines');
    await page.keyboard.press('Enter');
    await checkPhrase(page);
    await openThread(page);
    expect(complaints).toEqual([]);
  });

  test('the sysop starts a thread by keyboard and finds it by its words', async () => {
    const { page, complaints } = await openConsole(browser, harbour);
    await page.getByRole('navigation').first().waitFor();
    await page.keyboard.press('2');
    await page.getByRole('heading', { name: 'Boards' }).first().waitFor();
    await page.getByText('General').first().click();
    await page.keyboard.press('n');
    await page.getByLabel('Subject').waitFor();
    await page.keyboard.type('The crane is back');
    await page.getByLabel('Text').fill('It stands on the **north quay** since noon.');
    await page.keyboard.press('Control+Enter');
    await page.getByLabel('Subject').waitFor({ state: 'detached' });
    await page.getByText('It stands on the north quay').first().waitFor();
    await picture(page, 'journey-thread');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('quay');
    await page.getByText('The crane is back').first().waitFor();
    await page.keyboard.press('Escape');
    expect(await harbour.impulse('search', 'quay')).toMatchObject({
      items: [{ subject: 'The crane is back' }],
    });
    expect(complaints).toEqual([]);
  });

  test('a reply of one appears at the other without a reload', async () => {
    const [mara, juno] = [await openConsole(browser, harbour), await openConsole(browser, ferry)];
    for (const { page } of [mara, juno]) await openThread(page);
    await juno.page.keyboard.press('r');
    await juno.page.getByLabel('Text').waitFor();
    await juno.page.keyboard.type('I saw it from the ferry.');
    await juno.page.keyboard.press('Control+Enter');
    await mara.page.getByText('I saw it from the ferry.').waitFor();
    expect([...mara.complaints, ...juno.complaints]).toEqual([]);
  });

  test('they talk in the chat room', async () => {
    const [mara, juno] = [await openConsole(browser, harbour), await openConsole(browser, ferry)];
    for (const { page } of [mara, juno]) await goTo(page, 'Chat');
    const say = juno.page.getByLabel('Say something');
    await say.fill('Anyone on watch?');
    await say.press('Enter');
    await mara.page.getByText('Anyone on watch?').waitFor();
    expect(await accessibilityFaults(mara.page)).toEqual([]);
    expect([...mara.complaints, ...juno.complaints]).toEqual([]);
  });

  test('both hold the same after the host was killed and came back', async () => {
    await harbour.end('SIGKILL');
    await ferry.impulse('post', 'general', 'Written while the host was away', '--subject', 'Lonely');
    await harbour.run();
    await expect
      .poll(async () => JSON.stringify(await harbour.impulse('search', 'away')), {
        timeout: 60_000,
        interval: 500,
      })
      .toContain('Lonely');
    const digestOf = async (node: TestNode) => ((await node.impulse('verify')) as { digest: string }).digest;
    await expect
      .poll(async () => (await digestOf(harbour)) === (await digestOf(ferry)), { timeout: 30_000 })
      .toBe(true);
  });

  test('each theme is chosen in the settings and is accessible', async () => {
    const { page, complaints } = await openConsole(browser, ferry);
    await goTo(page, 'Settings');
    for (const [name, theme] of [
      ['Dark', 'dark'],
      ['Light', 'light'],
    ] as const) {
      await page.getByRole('button', { name: /Theme/ }).first().click();
      await page.getByRole('option', { name, exact: true }).click();
      await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toContain(theme);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
  });
});
