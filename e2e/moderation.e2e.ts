import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessibilityFaults,
  countFrames,
  launchBrowser,
  picture,
  tabTo,
  visit,
  type Visitor,
} from './browser.ts';
import { TestNode } from './node.ts';

const HELD = 56;
const CLEARED = 50;
const MANY = 3000;
const PATIENT = { timeout: 90_000, interval: 250 } as const;

/** Every press of a pointing device since the page was opened. */
const countPresses = `
  globalThis.presses = 0;
  for (const kind of ['pointerdown', 'mousedown'])
    addEventListener(kind, (event) => { if (event.isTrusted) globalThis.presses += 1; }, true);
`;

/** A JSON Lines archive of so many messages, one a minute. */
const archive = (count: number, text: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify({
      message_id: `<${n}.held@example.org>`,
      subject: `Offer ${n}`,
      from: `Trader ${n % 7}`,
      date: 1_700_000_000_000 + n * 60_000,
      text: text(n),
    }),
  ).join('\n');

const toReview = (page: Page, count: number) =>
  page.getByRole('link', { name: new RegExp(`Review.*\\b${count} items? to review`) });

describe('a moderator at a real node', () => {
  let browser: Browser;
  let node: TestNode;
  let mara: Visitor;

  beforeAll(async () => {
    browser = await launchBrowser();
    node = await TestNode.start();
    await node.impulse('init', '--name', 'Harbour', '--handle', 'mara');
    mara = await visit(browser, 'about:blank', { width: 1440, height: 900 });
    await mara.page.addInitScript(countPresses);
    await mara.page.goto(node.entryUrl);
    await mara.page.getByRole('navigation').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await node?.dispose();
  });

  test('takes in a list of words by keyboard, and what names them waits for somebody', async () => {
    const { page } = mara;
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    for (let turns = 0; turns < 4; turns += 1) await page.keyboard.press(']');
    await page.getByRole('heading', { name: 'Lists' }).waitFor();
    await page.keyboard.press('i');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('Harbour words');
    await page.keyboard.press('Tab');
    await page.keyboard.type('moorpass');
    await tabTo(page.getByRole('button', { name: 'Import', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Harbour words is in use.').waitFor();
    const file = join(node.dataDir, 'offers.jsonl');
    await writeFile(
      file,
      archive(HELD, (n) => `Berth ${n} comes with a moorpass until the tide turns.`),
    );
    await node.impulse('import', file, '--board', 'general');
    await expect.poll(() => toReview(page, HELD).count(), PATIENT).toBe(1);
    expect(await node.impulse('search', 'moorpass')).toMatchObject({ items: [] });
  });

  test('clears fifty items by keyboard alone, and each is a signed act on the node', async () => {
    const { page } = mara;
    await page.keyboard.press('7');
    await page.locator('.review-current').waitFor();
    await picture(page, 'review-queue');
    expect(await accessibilityFaults(page)).toEqual([]);
    for (let n = 0; n < CLEARED; n += 1) {
      if (n % 5 < 3) await page.keyboard.press(n % 5 < 2 ? 'p' : 'q');
      else {
        await page.keyboard.press('r');
        await page.getByRole('dialog').waitFor();
        await page.keyboard.press('1');
        await page.keyboard.press('Enter');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    }
    await expect.poll(() => toReview(page, HELD - CLEARED).count(), PATIENT).toBe(1);
    await expect.poll(() => node.storedKinds('review.'), PATIENT).toEqual({ 'review.rule': CLEARED });
    expect(await node.impulse('search', 'moorpass')).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ board: expect.anything() })]),
    });
    await picture(page, 'review-cleared');
  });

  test('takes the last decision back, and does the rest together after being asked', async () => {
    const { page } = mara;
    const left = HELD - CLEARED;
    await page.keyboard.press('u');
    await expect.poll(() => toReview(page, left + 1).count(), PATIENT).toBe(1);
    expect(node.storedKinds('review.')).toMatchObject({ 'review.undo': 1 });
    await page.keyboard.press('a');
    await page
      .getByText(`${left + 1} selected`)
      .first()
      .waitFor();
    await page.keyboard.press('q');
    await page.getByRole('dialog', { name: `Hide ${left + 1} items?` }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for you.').waitFor();
    await expect.poll(() => node.storedKinds('review.')['review.rule'], PATIENT).toBe(CLEARED + left + 1);
    await page.keyboard.press(']');
    await page.getByRole('grid', { name: 'All acts, newest first' }).waitFor();
    await picture(page, 'review-audit');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('has pressed nothing but keys until here', async () => {
    expect(await mara.page.evaluate('globalThis.presses')).toBe(0);
  });

  test('is told why something is not posted, sends it to moderators, and lets it through as one', async () => {
    const { page } = mara;
    const file = join(node.dataDir, 'hide.txt');
    await writeFile(file, 'skipperbonus\n');
    await node.impulse('moderation', 'lists', '--add', file, '--decision', 'quarantine');
    await page.keyboard.press('2');
    await page.getByText('General').first().waitFor();
    await page.goto(page.url().replace(/#.*/, '#/boards/general'));
    await page.locator('.threads').waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Subject').waitFor();
    await page.keyboard.type('A bonus for all');
    await page.getByLabel('Text').fill('Ask me about the skipperbonus before Friday.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('This was not posted.').waitFor();
    await picture(page, 'held-back');
    expect(await accessibilityFaults(page)).toEqual([]);
    await tabTo(page.getByRole('button', { name: 'Send to a moderator' }));
    await page.keyboard.press('Enter');
    await page.getByText('Your message is hidden.', { exact: false }).waitFor();
    await page.getByText('Another look was requested.').waitFor();
    await picture(page, 'held-own');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('v');
    await page.getByText('The author asked for another look', { exact: false }).waitFor();
    await page.keyboard.press('p');
    await page.getByText('Nothing waits for you.').waitFor();
    expect(await node.impulse('search', 'skipperbonus')).toMatchObject({
      items: [{ subject: 'A bonus for all' }],
    });
  });

  test('sees what other bounds would have done before they can be applied', async () => {
    const { page } = mara;
    await page.goto(page.url().replace(/#.*/, '#/moderation/bounds'));
    const ask = page.getByRole('textbox', { name: 'Ask a moderator about spam from' });
    await ask.waitFor();
    const apply = page.getByRole('button', { name: /^Apply/ });
    expect(await apply.count()).toBe(0);
    await ask.fill('5');
    await tabTo(page.getByRole('button', { name: /^Replay past/ }));
    await page.keyboard.press('Enter');
    await apply.waitFor();
    expect(await apply.isEnabled()).toBe(true);
    await picture(page, 'bounds-replay');
    expect(await accessibilityFaults(page)).toEqual([]);
    await ask.fill('6');
    expect(await apply.isEnabled()).toBe(false);
    await ask.fill('5');
    expect(await apply.isEnabled()).toBe(true);
    await tabTo(apply);
    await page.keyboard.press('Enter');
    await page.getByText('In effect from now on.').waitFor();
    expect(JSON.stringify(await node.impulse('moderation', 'bounds'))).toContain('"queue":0.05');
  });

  test('turns the models off, and the console says what that means', async () => {
    const { page } = mara;
    await page.goto(page.url().replace(/#.*/, '#/moderation/models'));
    await tabTo(page.getByRole('switch', { name: 'Check with models' }));
    await page.keyboard.press(' ');
    await page.getByRole('alertdialog').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await tabTo(page.getByRole('button', { name: 'Turn them off' }));
    await page.keyboard.press('Enter');
    await page.getByText('The models are turned off.').waitFor();
    await picture(page, 'models-off');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await node.impulse('moderation', 'status')).toMatchObject({ mode: 'off' });
    await node.impulse('moderation', 'on');
    await page.getByText('The models are turned off.').waitFor({ state: 'detached' });
  });

  test('scrolls and moves while an import is judged; the gaps between frames are printed', async () => {
    const { page } = mara;
    await page.goto(page.url().replace(/#.*/, '#/moderation'));
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    const file = join(node.dataDir, 'many.jsonl');
    const words =
      'the tide turns before the ferry leaves and nobody on the quay has seen the harbour master today';
    await writeFile(
      file,
      archive(
        MANY,
        (n) =>
          `${words
            .split(' ')
            .toSorted((a, b) => (a + n < b + n ? 1 : -1))
            .join(' ')} ${n}`,
      ),
    );
    await page.evaluate(countFrames);
    await node.impulse('import', file, '--board', 'general');
    await expect
      .poll(async () => JSON.stringify(await node.impulse('moderation', 'status')), PATIENT)
      .toContain('"waiting":0');
    const gaps = ((await page.evaluate('globalThis.gaps')) as number[]).toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(gaps[Math.floor((gaps.length - 1) * share)] ?? 0);
    console.log(
      JSON.stringify({ frames: gaps.length, gapP50Ms: at(0.5), gapP99Ms: at(0.99), gapMaxMs: at(1) }),
    );
    expect(gaps.length).toBeGreaterThan(0);
  });

  test('the page complained of nothing', () => {
    expect(mara.complaints).toEqual([]);
  });
});
