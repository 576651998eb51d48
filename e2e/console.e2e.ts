import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture, visit } from './browser.ts';
import { harbour, type Harbour } from './harbour.ts';
import { Stage } from './stage.ts';
import { THEME_TIMEOUT_MS, themeNames, visitIn, type Theme, type ThemedVisitor } from './themes.ts';

/** Every view, theme and size of a node in use. */
const sections = [
  'appearance',
  'community',
  'own',
  'features',
  'network',
  'storage',
  'desktop',
  'identity',
  'care',
  'archive',
];
const viewsOf = ({ item }: Harbour) => [
  'overview',
  'boards',
  'boards/general',
  'boards/search',
  'chat',
  'members',
  'review',
  `review/queue/${item}`,
  'review/audit',
  'review/moderators',
  'review/purges',
  'review/mine',
  'moderation',
  'moderation/models',
  'moderation/bounds',
  'moderation/rules',
  'moderation/lists',
  'moderation/try',
  'ledger',
  'ledger/transactions',
  'ledger/validators',
  'federation',
  'federation/invite',
  ...sections.map((section) => `settings/${section}`),
  'nowhere',
];

const stage = new Stage(afterAll);
let browser: Browser;
let home: Harbour;

beforeAll(async () => {
  home = await harbour(stage);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await home?.close();
});

const goTo = (page: Page, place: string) => page.goto(new URL(`#/${place}`, home.node.url).href);

/** The console of the node, in a theme, at a place. */
async function consoleAt(theme: Theme, place: string): Promise<ThemedVisitor> {
  const visitor = await visitIn(browser, theme);
  await visitor.page.goto(await home.node.entry());
  await visitor.page.getByRole('navigation').first().waitFor();
  await goTo(visitor.page, place);
  await visitor.page.getByRole('main').waitFor();
  return visitor;
}

describe.each(themeNames)('in the %s theme', { timeout: THEME_TIMEOUT_MS }, (theme) => {
  test('every view is accessible and logs no error', async () => {
    const { page, context, complaints, sound } = await consoleAt(theme, 'overview');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
    for (const view of viewsOf(home)) {
      await goTo(page, view);
      await page.locator('main').first().waitFor();
      await page.getByRole('heading').first().waitFor();
      await expect.poll(() => page.locator('.loading').count()).toBe(0);
      await sound(view.replace(home.item, 'item').replaceAll('/', '-'));
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a thread, the composer, the menu of a post and every dialog are accessible', async () => {
    const { page, context, complaints, sound } = await consoleAt(theme, 'boards');
    await page.getByRole('row').nth(2).waitFor();
    await page.keyboard.press('b');
    await page.getByRole('dialog').waitFor();
    await sound('new-board');
    await page.keyboard.press('Escape');
    await page.locator('.threads [role="row"][data-index="0"]').click();
    await page.locator('.post-active').waitFor();
    await sound('thread');
    await page.keyboard.press('r');
    await page.getByLabel('Text').fill('Some **bold** words\n\n> quoted\n\n`code`');
    await sound('composer');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^More/ }).first().click();
    await page.getByRole('menu').waitFor();
    await sound('post-menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await sound('keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('har');
    await page.getByRole('menuitem').first().waitFor();
    await sound('palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await page.getByRole('button', { name: /^Dial a peer/ }).waitFor();
    await page.keyboard.press('i');
    await page.getByRole('radio', { name: /^Another node on this machine/ }).press(' ');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('img', { name: /QR/ }).waitFor();
    await sound('invite-ready');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the dialogs of review and moderation, a replay and a post held back are accessible', async () => {
    const { open } = await home.client.review.counts({});
    const { page, context, complaints, sound } = await consoleAt(theme, 'review');
    const dialogs = { r: 'review-remove', e: 'review-escalate', s: 'review-filters' } as const;
    await page.locator('.review-current').waitFor();
    for (const [key, name] of Object.entries(dialogs)) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await sound(name);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('n');
    await page.getByLabel('Note for your decision').waitFor();
    await page.keyboard.type('Seen before');
    await page.keyboard.press('Enter');
    await page.keyboard.press('a');
    await page.getByText(`${open} selected`).first().waitFor();
    await page.keyboard.press('p');
    await page.getByLabel(`Type ${open} to confirm`).waitFor();
    await sound('review-bulk');
    await page.keyboard.type(String(open));
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits for you.').waitFor();
    await sound('review-empty');
    await undoRulings(open);
    await goTo(page, `review/queue/${home.item}`);
    await page.getByRole('button', { name: 'More actions for this item' }).click();
    await page.getByRole('menuitem', { name: 'Purge permanently' }).click();
    await page.getByRole('alertdialog').waitFor();
    await sound('review-purge');
    await page.keyboard.press('Escape');
    await goTo(page, 'moderation/bounds');
    await page.getByRole('textbox', { name: 'Ask a moderator about spam from' }).fill('80');
    await page.getByRole('button', { name: /^Replay past/ }).click();
    await page.getByRole('heading', { name: 'For example' }).waitFor();
    await sound('moderation-replay');
    await goTo(page, `boards/harbour-talk/${home.thread}/${home.heldPost}`);
    await page.getByText('Only its author and moderators see this.', { exact: false }).first().waitFor();
    await sound('boards-held');
    await page.keyboard.press('End');
    await page.keyboard.press('!');
    await page.getByRole('dialog', { name: 'Report this post' }).waitFor();
    await sound('boards-report');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** Undoes the latest `count` rulings of the node’s person, and waits until as many items are open again. */
async function undoRulings(count: number): Promise<void> {
  const { review } = home.client;
  await expect.poll(async () => (await review.counts({})).open).toBe(0);
  const { did } = (await home.client.community.status({})).me;
  const { items } = await review.audit({ by: did, limit: 200 });
  const acts = items.filter(({ act, undone }) => act === 'rule' && !undone).map(({ id }) => id);
  await review.undo({ acts: acts.slice(0, count) });
  await expect.poll(async () => (await review.counts({})).open).toBe(count);
}

describe('by keyboard', () => {
  /** The label or class of the focused element. */
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.className ?? '').toString()`,
    );

  test('the palette opens in any view, closes with one Escape even with text typed, and returns the focus', async () => {
    const { page, context } = await consoleAt('dark', 'boards');
    const row = page.locator('.threads [role="row"][tabindex="0"]');
    await row.waitFor();
    await row.focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sett');
    await page.getByRole('menuitem').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toContain('list-row');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to members');
    await page.getByRole('menuitem', { name: /Go to Members/ }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/members');
    await context.close();
  });

  test('a dialog traps the focus and returns it', async () => {
    const { page, context } = await consoleAt('dark', 'federation');
    const dial = page.getByRole('button', { name: /^Dial a peer/ });
    await dial.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (let presses = 0; presses < 8; presses += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.locator(':focus').count()).toBe(1);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(async () => dial.and(page.locator(':focus')).count()).toBe(1);
    await context.close();
  });

  test('a certified post names its block, and its proof is saved by keyboard', async () => {
    const { page, context, complaints } = await consoleAt('dark', 'boards');
    await page.locator('.threads [role="row"][data-index="0"]').click();
    const certified = page
      .locator('.post', { has: page.locator('.badge', { hasText: 'certified' }) })
      .first();
    await certified.waitFor();
    expect(await certified.locator('.badge', { hasText: 'certified' }).getAttribute('title')).toMatch(
      /quorum of the validators held it when they signed block \d/,
    );
    await picture(page, 'post-certified');
    await certified.getByRole('button', { name: /^More/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /^Certified in block \d+: save proof/ }).waitFor();
    await picture(page, 'post-certified-menu');
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /save proof/ }).press('Enter');
    expect((await saved).suggestedFilename()).toMatch(/^post-.{8}\.proof$/);
    await page.getByText(/\.proof is saved\. Check it with impulse verify-proof\./).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('credits are given, and followed until they are final', async () => {
    const { credits } = await home.client.ledger.status({});
    const { page, context, complaints } = await consoleAt('dark', 'ledger');
    await page.getByRole('heading', { name: 'Block in progress' }).waitFor();
    await page.keyboard.press('g');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'To' }).waitFor();
    await page.keyboard.type('juno');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('9999');
    await page.keyboard.press('Enter');
    await dialog.getByText(`You hold ${credits?.toLocaleString('en')}.`, { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('textbox', { name: 'Amount' }).fill('25');
    await page.keyboard.press('Enter');
    await dialog.getByText('Give Juno 25 harbour penny?').waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByText(/^Final in block \d+/).waitFor({ timeout: 60_000 });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('choosing a reaction can be cancelled, and the post has the focus again', async () => {
    const { page, context } = await consoleAt('dark', 'boards');
    await page.locator('.threads [role="row"][data-index="0"]').click();
    await page.locator('.post-active').waitFor();
    await page
      .getByRole('button', { name: /^React/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await page.getByRole('group', { name: /^React/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('group', { name: /^React/ }).waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('.post-active:focus').count()).toBe(1);
    await context.close();
  });
});

test('the ledger of a node that is no validator is accessible', async () => {
  const { page, context, complaints } = await visit(browser, await home.ferry.entry());
  await page.getByRole('navigation').first().waitFor();
  for (const part of ['blocks', 'transactions', 'validators']) {
    await page.goto(new URL(`#/ledger/${part}`, home.ferry.url).href);
    await page.getByRole('heading', { name: 'Block in progress' }).waitFor();
    await picture(page, `ledger-watching-${part}`);
    expect(await accessibilityFaults(page), part).toEqual([]);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test.each([
  [1440, 900],
  [1024, 700],
  [1920, 1080],
  [390, 844],
])('the overview shows the newest threads in whole rows at %i by %i', async (width, height) => {
  const { page, context } = await visit(browser, await home.node.entry(), { width, height });
  await page.locator('.newest .list-row').first().waitFor();
  const seen = (await page.evaluate(`(() => {
    const box = document.querySelector('.newest .list-scroll').getBoundingClientRect();
    const rows = [...document.querySelectorAll('.newest .list-row')].map((row) => row.getBoundingClientRect());
    const shown = rows.filter((row) => row.top < box.bottom - 1);
    return { shown: shown.length, cut: shown.filter((row) => row.bottom > box.bottom + 1).length };
  })()`)) as { shown: number; cut: number };
  expect(seen.shown).toBeGreaterThan(4);
  expect(seen.cut).toBe(0);
  await context.close();
});

test('a search in the address replaces the typed one', async () => {
  const { page, context } = await consoleAt('dark', 'boards/search/harbour');
  const field = page.getByRole('searchbox').or(page.locator('.search-field input')).first();
  await expect.poll(() => field.inputValue()).toBe('harbour');
  await page.evaluate(`location.hash = '#/boards/search/ferry'`);
  await expect.poll(() => field.inputValue()).toBe('ferry');
  await context.close();
});

test('no view is wider than a small window', async () => {
  const { page, context } = await visit(browser, await home.node.entry(), { width: 390, height: 480 });
  await page.getByRole('main').waitFor();
  for (const view of viewsOf(home)) {
    await goTo(page, view);
    await page.getByRole('main').waitFor();
    const overflow: unknown = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow, view).toBeLessThanOrEqual(0);
  }
  await context.close();
});
