import { stat, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { connectToHost } from '../app/main/cli/client.ts';
import { accessibilityFaults, launchBrowser, picture, tabTo } from './browser.ts';
import type { TestNode } from './node.ts';
import { inviteFrom, openConsole, Stage, step } from './stage.ts';

const PATIENT = { timeout: 60_000, interval: 200 };
/** Posts of the old mail that one community imports meanwhile. */
const MAILS = 600;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const shown = (page: Page) => page.getByRole('button', { name: /^Switch community/ });

/** Opens the switcher and chooses the first community that begins with these letters. */
async function switchTo(page: Page, letters: string): Promise<void> {
  await page.keyboard.press('o');
  await page.getByRole('dialog', { name: 'Communities' }).waitFor();
  await page.keyboard.type(letters);
  await page.keyboard.press('Enter');
  await closed(page);
}

const closed = (page: Page) =>
  page.getByRole('dialog', { name: 'Communities' }).waitFor({ state: 'detached' });

async function post(node: TestNode, community: string, subject: string): Promise<void> {
  const [board] = (await node.impulse('board', 'list', '--community', community)) as { slug: string }[];
  await node.impulse('post', board!.slug, subject, '--community', community, '--subject', subject);
}

test('three communities run in one node: one imports, one has three validators, one is joined by keyboard', async () => {
  const stage = new Stage(onTestFinished);
  const node = await stage.founder('Mara');
  const [ines, odin] = await Promise.all([stage.member(node, 'Ines'), stage.member(node, 'Odin')]);
  const museum = await stage.node();
  await museum.impulse('init', '--name', 'Museum', '--handle', 'Juno');
  await node.impulse('init', '--name', 'Regatta', '--handle', 'Mara');
  const link = await connectToHost(node.dataDir);
  if (link === null) throw new Error('The node does not answer.');
  onTestFinished(() => link.close());
  const { client } = link;
  const idOf = async (name: string) =>
    (await client.communities.list({})).find((card) => card.name === name)!.id;
  const [harbour, regatta] = [client.in(await idOf('Harbour')), client.in(await idOf('Regatta'))];

  await step('three nodes sign the blocks of Harbour', async () => {
    const cards = (await Promise.all(
      [ines, odin].map((one) => one.impulse('validator', 'keygen')),
    )) as never[];
    await harbour.ledger.changeValidators({ add: cards, remove: [] });
    await vi.waitFor(
      async () => expect(await harbour.ledger.status({})).toMatchObject({ validators: 3 }),
      PATIENT,
    );
  });
  const job = await regatta.archive.demo({ limit: MAILS });
  const { page, complaints } = await openConsole(browser, node);
  await page.getByText('Waiting for caller').first().waitFor();
  await expect.poll(() => shown(page).textContent()).toContain('Harbour');

  await step('Mara joins the third community by keyboard while the second one imports', async () => {
    await page.keyboard.press('o');
    await page.getByRole('dialog', { name: 'Communities' }).waitFor();
    await picture(page, 'communities-switcher');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await closed(page);
    await switchTo(page, 'create or join');
    await tabTo(page.getByRole('radio', { name: /Start a community/ }).first());
    await page.keyboard.press('ArrowDown');
    const invite = page.getByPlaceholder('impulse://join/');
    await tabTo(invite);
    await page.keyboard.insertText(await inviteFrom(museum));
    await page.getByText('Museum').first().waitFor();
    await picture(page, 'communities-add');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await tabTo(page.getByLabel('Your handle'));
    await page.keyboard.type('Mara');
    await page.keyboard.press('Enter');
    await expect.poll(() => shown(page).textContent(), PATIENT).toContain('Museum');
    expect(new URL(page.url()).hash).toMatch(/^#\/~\w{12}\/overview$/);
  });

  await step('each community shows its own posts', async () => {
    await post(node, 'Harbour', 'Spare berths');
    await post(museum, 'Museum', 'Opening hours');
    await switchTo(page, 'harb');
    await expect.poll(() => shown(page).textContent()).toContain('Harbour');
    await page.getByText('Spare berths').first().waitFor();
    expect(await page.getByText('Opening hours').count()).toBe(0);
    await switchTo(page, 'mus');
    await page.getByText('Opening hours').first().waitFor(PATIENT);
    expect(await page.getByText('Spare berths').count()).toBe(0);
    await vi.waitFor(async () => {
      const done = (await regatta.archive.jobs({})).find(({ id }) => id === job.id);
      expect(done).toMatchObject({ state: 'done', counts: { imported: MAILS } });
    }, PATIENT);
    expect(await harbour.ledger.status({})).toMatchObject({ halted: null, validators: 3 });
  });

  await step('a link leads to its community, and what is unread elsewhere is seen', async () => {
    await switchTo(page, 'reg');
    const address = page.url();
    await switchTo(page, 'harb');
    await page.keyboard.press('o');
    await page
      .getByRole('menu')
      .getByText(/\d+ unread/)
      .first()
      .waitFor();
    await picture(page, 'communities-unread');
    await page.keyboard.press('Escape');
    await closed(page);
    await page.goto(address);
    await expect.poll(() => shown(page).textContent()).toContain('Regatta');
  });

  await step('Mara archives Regatta and deletes it', async () => {
    await page.goto(page.url().replace(/overview$/, 'settings/community'));
    await tabTo(page.getByRole('button', { name: 'Archive', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Take it out of the archive' }).waitFor();
    await picture(page, 'communities-settings');
    expect(await accessibilityFaults(page)).toEqual([]);
    await tabTo(page.getByRole('button', { name: 'Delete', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.type('Regatta');
    await page.keyboard.press('Enter');
    await expect.poll(() => shown(page).textContent()).not.toContain('Regatta');
    expect((await client.communities.list({})).map(({ name }) => name)).toEqual(['Harbour', 'Museum']);
  });
  expect(complaints).toEqual([]);
});

test('the console names a community that cannot be opened, deletes it, and knows an address without one', async () => {
  const node = await new Stage(onTestFinished).founder('Mara');
  const { database } = node;
  await node.end();
  await writeFile(database!, Buffer.alloc((await stat(database!)).size, 7));
  await node.run();
  await node.impulse('init', '--name', 'Regatta', '--handle', 'Mara');
  const { page } = await openConsole(browser, node);
  await shown(page).waitFor();
  // An address without a community gets that of the one that is shown.
  await expect.poll(() => page.url()).toMatch(/#\/~\w{12}$/);
  await switchTo(page, 'harb');
  await page.getByText('Harbour cannot be opened').waitFor();
  await page.getByText('The database file is damaged').first().waitFor();
  await picture(page, 'communities-broken');
  expect(await accessibilityFaults(page)).toEqual([]);
  const address = page.url();

  await tabTo(shown(page));
  await page.keyboard.press('Enter');
  await page
    .getByRole('menu')
    .getByText(/cannot be opened: The database/)
    .waitFor();
  await page.getByRole('dialog', { name: 'Communities' }).locator('input:focus').waitFor();
  await page.keyboard.press('Escape');
  await closed(page);
  await tabTo(page.getByRole('button', { name: 'Delete', exact: true }));
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await page.keyboard.type('Harbour');
  await page.keyboard.press('Enter');
  await expect.poll(() => shown(page).textContent()).toContain('Regatta');
  await expect.poll(() => page.url()).not.toBe(address);

  await page.goto(address);
  await page.getByText('This node has no community with this address.').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await tabTo(page.getByRole('button', { name: 'Go to your communities' }));
  await page.keyboard.press('Enter');
  await expect.poll(() => shown(page).textContent()).toContain('Regatta');
});
