import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, launchBrowser, picture, tabTo, visit } from './browser.ts';
import { TestNode } from './node.ts';

let browser: Browser;
let harbour: TestNode;
let ferry: TestNode;
let light: TestNode;
let mara: Page;
let juno: Page;

const WAITING = { timeout: 60_000, interval: 300 };

beforeAll(async () => {
  browser = await launchBrowser();
  [harbour, ferry, light] = await Promise.all([TestNode.start(), TestNode.start(), TestNode.start()]);
});
afterAll(async () => {
  await browser?.close();
  for (const node of [harbour, ferry, light]) await node?.dispose();
});

const statusOf = (node: TestNode) =>
  node.impulse('ledger', 'status') as Promise<{ height: number; epoch: number; validators: number }>;
const handles = async (node: TestNode) =>
  ((await node.impulse('members')) as { handle: string; handleBlock: number | null }[]).map(
    ({ handle, handleBlock }) => `${handle} ${handleBlock === null ? 'waits' : 'final'}`,
  );

/** Opens the validators by keys alone. */
async function toValidators(page: Page): Promise<void> {
  await page.keyboard.press('l');
  await page.getByRole('heading', { name: 'Ledger' }).first().waitFor();
  await page.keyboard.press('v');
  await page
    .getByRole('button', { name: /^Own card/ })
    .first()
    .waitFor();
}

/** Fills the open dialog's text and signs, without a mouse. */
async function sign(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('dialog').getByLabel(label, { exact: true });
  await tabTo(field);
  await page.keyboard.insertText(text);
  await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Sign', exact: true }));
  await page.keyboard.press('Enter');
}

test('three nodes become one community by invites, and three validators by two consoles', async () => {
  await harbour.impulse('init', '--name', 'Harbour', '--handle', 'mara', '--fault-model', 'crash');
  for (const [node, handle] of [
    [ferry, 'juno'],
    [light, 'odin'],
  ] as const) {
    const { link } = (await harbour.impulse('invite', '--reach', 'machine')) as { link: string };
    await node.impulse('join', link, '--handle', handle);
  }
  mara = (await visit(browser, harbour.entryUrl)).page;
  juno = (await visit(browser, ferry.entryUrl)).page;

  // The founder takes Juno in alone; the second newcomer takes both their signatures.
  await toValidators(mara);
  await mara.keyboard.press('a');
  await sign(mara, 'Validator card', JSON.stringify(await ferry.impulse('validator', 'keygen')));
  await expect.poll(async () => (await statusOf(ferry)).validators, WAITING).toBe(2);
  await mara.keyboard.press('Escape');
  await mara.getByRole('dialog').waitFor({ state: 'detached' });

  await mara.keyboard.press('a');
  await sign(mara, 'Validator card', JSON.stringify(await light.impulse('validator', 'keygen')));
  const text = (await mara.getByRole('dialog').locator('pre').textContent())?.trim() ?? '';
  await picture(mara, 'ledger-hand-over');
  await toValidators(juno);
  await juno.keyboard.press('s');
  await sign(juno, 'Change to sign', text);
  await expect.poll(async () => (await statusOf(light)).validators, WAITING).toBe(3);
  for (const page of [mara, juno]) {
    await page.keyboard.press('Escape');
    await page.getByText('Quorum 2 of 3').first().waitFor();
  }
  await picture(mara, 'ledger-three-validators');
  expect(await accessibilityFaults(mara)).toEqual([]);
});

test('a handle registered on one is final on all, with its badge', async () => {
  await ferry.impulse('members', 'rename', 'Juno of the ferry');
  for (const node of [harbour, ferry, light]) {
    await expect.poll(() => handles(node), WAITING).toContain('Juno of the ferry final');
  }
  await mara.keyboard.press('6');
  await mara.getByText('Juno of the ferry').first().click();
  await mara.getByText(/final since block \d+/).waitFor();
  await picture(mara, 'ledger-handle-final');
  // Opening a member asks for their role.
  await mara.keyboard.press('Escape');
  await mara.getByRole('dialog').waitFor({ state: 'detached' });
});

test('one validator is killed: the community goes on; a second one: it says exactly why it cannot', async () => {
  await light.end('SIGKILL');
  await ferry.impulse('members', 'rename', 'Juno again');
  await expect.poll(() => handles(harbour), WAITING).toContain('Juno again final');

  await ferry.end('SIGKILL');
  const { height } = await statusOf(harbour);
  await expect(harbour.impulse('members', 'rename', 'mara alone')).rejects.toThrow(
    /2 of 3 validators must sign/,
  );
  await mara.keyboard.press('1');
  await mara
    .getByText(/2 of 3 validators must sign, and nothing comes from/)
    .first()
    .waitFor();
  await picture(mara, 'ledger-waits');
  expect((await statusOf(harbour)).height).toBe(height);

  // Nothing is lost: it goes on by itself.
  await ferry.run();
  await expect.poll(() => handles(harbour), WAITING).toContain('mara alone final');
  await light.run();
  await expect.poll(() => handles(light), WAITING).toContain('mara alone final');
});

test('removing a validator and changing the quorum are asked by keyboard, and say what follows', async () => {
  await toValidators(mara);
  // The validators stand in the order of their keys, which is another one in every run.
  await mara.getByRole('row').filter({ hasText: 'odin' }).waitFor();
  const current = mara.locator('[role=row][data-current=true]');
  for (let step = 0; step < 3 && !(await current.innerText()).includes('odin'); step += 1)
    await mara.keyboard.press('ArrowDown');
  const asked = mara.getByText('Remove odin from the validators');
  await mara.keyboard.press('r');
  await asked.waitFor();
  await mara.getByRole('button', { name: 'Sign the removal' }).waitFor();
  await picture(mara, 'ledger-remove');
  expect(await accessibilityFaults(mara)).toEqual([]);
  await mara.keyboard.press('Escape');
  await asked.waitFor({ state: 'detached' });
  await tabTo(mara.getByRole('button', { name: 'Change the quorum' }));
  await mara.keyboard.press('Enter');
  await mara.getByRole('dialog').getByLabel('How many must sign from then on').waitFor();
  await mara.keyboard.press('Escape');
});
