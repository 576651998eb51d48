import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectToHost } from '../app/main/cli/client.ts';
import { launchBrowser } from './browser.ts';
import { onlyOf } from './node.ts';
import { openConsole, Stage } from './stage.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const RLO = '\u202e';

/** All that the page shows or says: its texts and attributes, but for the values of fields. */
const DRAWN = `(() => {
  const copy = document.documentElement.cloneNode(true);
  for (const field of copy.querySelectorAll('input, textarea, option, script')) field.remove();
  return document.title + copy.outerHTML;
})()`;
const drawn = (page: Page) => page.evaluate<string>(DRAWN);

/** How far the text of each paragraph of a post is from the sides of the paragraph. */
const GAPS = `[...document.querySelectorAll('.post-text p')].map((paragraph) => {
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  const [text, box] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
  return { fromLeft: text.left - box.left, fromRight: box.right - text.right };
})`;

const left = async (locator: Locator): Promise<number> => (await locator.boundingBox())!.x;

test('no text of somebody turns around what stands beside it, and Arabic and Hebrew read from the right', async () => {
  const stage = new Stage(onTestFinished);
  const node = await stage.node();
  await node.impulse('init', '--name', `Harbour ${RLO}ruobraH`, '--handle', 'מרה לינד');
  const open = await connectToHost(node.dataDir);
  onTestFinished(() => open!.close());
  const client = await onlyOf(open!.client);
  await client.boards.create({
    name: `Tides ${RLO}sediT`,
    slug: 'tides',
    description: `All about ${RLO}sedit`,
    postRole: 'member',
  });
  await node.impulse('post', 'tides', `Pay here: photo${RLO}gpj.exe`, '--subject', `Invoice ${RLO}fdp.exe`);
  await node.impulse(
    'post',
    'tides',
    'مرحبا بالجميع، هذا منشور.\n\nSecond, שלום, 12.',
    '--subject',
    'مواعيد المد',
  );
  await client.chat.say({ text: `hello ${RLO}dlrow` });

  const { page } = await openConsole(browser, node);
  await page.getByRole('heading', { name: 'Boards' }).waitFor();
  const place = new URL(page.url()).hash.replace(/[^/]*$/, '');
  const seen: Record<string, string> = { overview: await drawn(page) };
  const room = async (name: string, path: string, text: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(place + path)}`);
    await page.getByText(text).first().waitFor();
    seen[name] = await drawn(page);
  };
  await room('boards', 'boards/all', 'Invoice ▫fdp.exe');
  await room('chat', 'chat', 'hello ▫dlrow');
  await room('members', 'members', 'מרה לינד');
  await room('settings', 'settings', 'Settings');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('photo');
  await page.getByText('photo▫gpj.exe').first().waitFor();
  seen['palette'] = await drawn(page);
  await page.keyboard.press('Escape');
  const threads = await client.boards.threads({ limit: 10 });
  const thread = (subject: string) => threads.items.find((one) => one.subject.startsWith(subject))!.id;
  await room('attack', `boards/post/${thread('Invoice')}`, 'photo▫gpj.exe');
  await room('thread', `boards/post/${thread('مواعيد')}`, 'Second');
  for (const [name, html] of Object.entries(seen)) {
    expect(html, name).toContain('Harbour ▫ruobraH');
    expect(html, name).not.toMatch(/[\u202a\u202b\u202d\u202e]/);
  }

  // The role stands behind the handle, although the handle runs from right to left.
  const head = page.locator('.post-head');
  expect(await left(head.getByText('sysop', { exact: true }))).toBeGreaterThan(
    await left(head.getByText('מרה לינד')),
  );
  const [arabic, english] = await page.evaluate<{ fromLeft: number; fromRight: number }[]>(GAPS);
  expect(arabic!.fromRight).toBeLessThan(2);
  expect(arabic!.fromLeft).toBeGreaterThan(100);
  expect(english!.fromLeft).toBeLessThan(2);
});
