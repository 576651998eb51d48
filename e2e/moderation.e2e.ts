import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  accessibilityFaults,
  countFrames,
  launchBrowser,
  picture,
  tabTo,
  visit,
  type Visitor,
} from './browser.ts';
import type { TestNode } from './node.ts';
import { Stage, step } from './stage.ts';

const WATCHED = 6;
const HELD = 56;
const CLEARED = 50;
const LEFT = HELD - CLEARED;
const MANY = 3000;
const PATIENT = { timeout: 90_000, interval: 250 } as const;

/** Counts presses of pointing devices since the page was opened. */
const countPresses = `
  globalThis.presses = 0;
  for (const kind of ['pointerdown', 'mousedown'])
    addEventListener(kind, (event) => { if (event.isTrusted) globalThis.presses += 1; }, true);
`;

/** A JSON Lines archive of `count` messages, one a minute. */
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

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** The console of a moderator, with presses of pointing devices counted. It closes with the test. */
async function openModerator(node: TestNode): Promise<Visitor> {
  const visitor = await visit(browser, 'about:blank', { width: 1440, height: 900 });
  onTestFinished(() => visitor.context.close());
  await visitor.page.addInitScript(countPresses);
  await visitor.page.goto(await node.entry());
  await visitor.page.getByRole('navigation').first().waitFor();
  return visitor;
}

/** Imports `count` posts into the board “General”. */
async function importPosts(node: TestNode, count: number, text: (n: number) => string): Promise<void> {
  const file = join(node.dataDir, 'posts.jsonl');
  await writeFile(file, archive(count, text));
  await node.impulse('import', file, '--board', 'general');
}

/** Watches a word as `impulse moderation lists --add` does. */
async function watchWord(node: TestNode, word: string, decision: 'queue' | 'quarantine'): Promise<void> {
  const file = join(node.dataDir, 'words.txt');
  await writeFile(file, `${word}\n`);
  await node.impulse('moderation', 'lists', '--add', file, '--decision', decision);
}

const offer = (n: number) => `Berth ${n} comes with a moorpass until the tide turns.`;

const goTo = (page: Page, place: string) => page.goto(new URL(`#/${place}`, page.url()).href);

test('a list of words is taken in by keyboard, and posts that hold one wait for a person', async () => {
  const node = await new Stage(onTestFinished).founder('mara');
  const { page, complaints } = await openModerator(node);
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
  await importPosts(node, WATCHED, offer);
  await expect.poll(() => toReview(page, WATCHED).count(), PATIENT).toBe(1);
  expect(await node.impulse('search', 'moorpass')).toMatchObject({ items: [] });
  expect(await page.evaluate('globalThis.presses')).toBe(0);
  expect(complaints).toEqual([]);
});

test('fifty items are cleared by keyboard alone, the last decision is taken back, and the rest is hidden together', async () => {
  const node = await new Stage(onTestFinished).founder('mara');
  await watchWord(node, 'moorpass', 'queue');
  await importPosts(node, HELD, offer);
  const { page, complaints } = await openModerator(node);
  await expect.poll(() => toReview(page, HELD).count(), PATIENT).toBe(1);

  await step('fifty decisions, each a signed act on the node', async () => {
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
    await expect.poll(() => toReview(page, LEFT).count(), PATIENT).toBe(1);
    await expect.poll(() => node.storedKinds('review.'), PATIENT).toEqual({ 'review.rule': CLEARED });
    expect(await node.impulse('search', 'moorpass')).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ board: expect.anything() })]),
    });
    await picture(page, 'review-cleared');
  });

  await step('the last decision taken back', async () => {
    await page.keyboard.press('u');
    await expect.poll(() => toReview(page, LEFT + 1).count(), PATIENT).toBe(1);
    expect(node.storedKinds('review.')).toMatchObject({ 'review.undo': 1 });
  });

  await step('the rest hidden together after a question', async () => {
    await page.keyboard.press('a');
    await page
      .getByText(`${LEFT + 1} selected`)
      .first()
      .waitFor();
    await page.keyboard.press('q');
    await page.getByRole('dialog', { name: `Hide ${LEFT + 1} items?` }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for you.').waitFor();
    await expect.poll(() => node.storedKinds('review.')['review.rule'], PATIENT).toBe(CLEARED + LEFT + 1);
    await page.keyboard.press(']');
    await page.getByRole('grid', { name: 'All acts, newest first' }).waitFor();
    await picture(page, 'review-audit');
    expect(await accessibilityFaults(page)).toEqual([]);
  });
  expect(await page.evaluate('globalThis.presses')).toBe(0);
  expect(complaints).toEqual([]);
});

test('an author is told why a post is held back, sends it to moderators, and a moderator lets it through', async () => {
  const node = await new Stage(onTestFinished).founder('mara');
  const { page, complaints } = await openModerator(node);
  await watchWord(node, 'skipperbonus', 'quarantine');
  await page.keyboard.press('2');
  await page.getByText('General').first().waitFor();
  await goTo(page, 'boards/general');
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
  expect(complaints).toEqual([]);
});

describe('the settings of moderation', () => {
  const stage = new Stage(afterAll);
  let node: TestNode;

  beforeAll(async () => {
    node = await stage.founder('mara');
    await importPosts(node, WATCHED, offer);
  });
  beforeEach(() => node.impulse('moderation', 'on'));

  test('other bounds are tried on past posts before they can be applied', async () => {
    const { page, complaints } = await openModerator(node);
    await goTo(page, 'moderation/bounds');
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
    expect(complaints).toEqual([]);
  });

  test('the models are turned off, and the console says what that means', async () => {
    const { page, complaints } = await openModerator(node);
    await goTo(page, 'moderation/models');
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
    expect(complaints).toEqual([]);
  });
});

test('the page scrolls and moves while an import is judged; the gaps between frames are printed', async () => {
  const node = await new Stage(onTestFinished).founder('mara');
  const { page, complaints } = await openModerator(node);
  await goTo(page, 'moderation');
  await page.getByRole('heading', { name: 'Status' }).waitFor();
  const words =
    'the tide turns before the ferry leaves and nobody on the quay has seen the harbour master today';
  const shuffled = (n: number) => words.split(' ').toSorted((a, b) => (a + n < b + n ? 1 : -1));
  await page.evaluate(countFrames);
  await importPosts(node, MANY, (n) => `${shuffled(n).join(' ')} ${n}`);
  await expect
    .poll(async () => JSON.stringify(await node.impulse('moderation', 'status')), PATIENT)
    .toContain('"waiting":0');
  const gaps = ((await page.evaluate('globalThis.gaps')) as number[]).toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(gaps[Math.floor((gaps.length - 1) * share)] ?? 0);
  console.log(
    JSON.stringify({ frames: gaps.length, gapP50Ms: at(0.5), gapP99Ms: at(0.99), gapMaxMs: at(1) }),
  );
  expect(gaps.length).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
});
