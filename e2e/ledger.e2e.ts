import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { accessibilityFaults, launchBrowser, picture, tabTo } from './browser.ts';
import type { TestNode } from './node.ts';
import { openConsole, Stage } from './stage.ts';

const WAITING = { timeout: 60_000, interval: 300 };

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

const statusOf = (node: TestNode) =>
  node.impulse('ledger', 'status') as Promise<{ height: number; epoch: number; validators: number }>;
const handles = async (node: TestNode) =>
  ((await node.impulse('members')) as { handle: string; handleBlock: number | null }[]).map(
    ({ handle, handleBlock }) => `${handle} ${handleBlock === null ? 'waits' : 'final'}`,
  );

/** A file with a node's validator card. */
async function cardOf(node: TestNode): Promise<string> {
  const path = join(node.dataDir, 'card.json');
  await writeFile(path, JSON.stringify(await node.impulse('validator', 'keygen')));
  return path;
}

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

/** Three nodes of one community whose founder is its only validator. */
async function startThree(stage: Stage): Promise<[TestNode, TestNode, TestNode]> {
  const harbour = await stage.founder('mara', '--fault-model', 'crash');
  const ferry = await stage.member(harbour, 'juno');
  return [harbour, ferry, await stage.member(harbour, 'odin')];
}

const validatorsAre = (node: TestNode, count: number) =>
  vi.waitFor(async () => expect((await statusOf(node)).validators).toBe(count), WAITING);

test('three nodes of one community become three validators by two consoles', async () => {
  const [harbour, ferry, light] = await startThree(new Stage(onTestFinished));
  const mara = (await openConsole(browser, harbour)).page;
  const juno = (await openConsole(browser, ferry)).page;

  // The founder's signature is enough for Juno; the third validator needs two signatures.
  await toValidators(mara);
  await mara.keyboard.press('a');
  await sign(mara, 'Validator card', JSON.stringify(await ferry.impulse('validator', 'keygen')));
  await validatorsAre(ferry, 2);
  await mara.keyboard.press('Escape');
  await mara.getByRole('dialog').waitFor({ state: 'detached' });

  await mara.keyboard.press('a');
  await sign(mara, 'Validator card', JSON.stringify(await light.impulse('validator', 'keygen')));
  const text = (await mara.getByRole('dialog').locator('pre').textContent())?.trim() ?? '';
  await picture(mara, 'ledger-hand-over');
  await toValidators(juno);
  await juno.keyboard.press('s');
  await sign(juno, 'Change to sign', text);
  await validatorsAre(light, 3);
  for (const page of [mara, juno]) {
    await page.keyboard.press('Escape');
    await page.getByText('Quorum 2 of 3').first().waitFor();
  }
  await picture(mara, 'ledger-three-validators');
  expect(await accessibilityFaults(mara)).toEqual([]);
});

describe('with three validators', () => {
  const stage = new Stage(afterAll);
  let nodes: [harbour: TestNode, ferry: TestNode, light: TestNode];

  beforeAll(async () => {
    nodes = await startThree(stage);
    const [harbour, ferry, light] = nodes;
    // The founder's signature is enough for the second validator; the third needs two signatures.
    await harbour.impulse('validator', 'add', await cardOf(ferry));
    await validatorsAre(ferry, 2);
    const { change } = (await harbour.impulse('validator', 'add', await cardOf(light))) as { change: string };
    await ferry.impulse('validator', 'sign', change);
    for (const node of nodes) await validatorsAre(node, 3);
  });
  beforeEach(async () => {
    for (const node of nodes) if (!node.isRunning) await node.run();
  });

  test('a handle registered on one is final on all, with its badge', async () => {
    const [harbour, ferry] = nodes;
    await ferry.impulse('members', 'rename', 'Juno of the ferry');
    for (const node of nodes) {
      await expect.poll(() => handles(node), WAITING).toContain('Juno of the ferry final');
    }
    const { page } = await openConsole(browser, harbour);
    await page.getByRole('navigation').first().waitFor();
    await page.keyboard.press('6');
    await page.getByText('Juno of the ferry').first().click();
    await page.getByText(/final since block \d+/).waitFor();
    await picture(page, 'ledger-handle-final');
  });

  test('with one validator killed the community continues; with two it says why it cannot', async () => {
    const [harbour, ferry, light] = nodes;
    const { page } = await openConsole(browser, harbour);
    await light.end('SIGKILL');
    await ferry.impulse('members', 'rename', 'Juno again');
    await expect.poll(() => handles(harbour), WAITING).toContain('Juno again final');

    await ferry.end('SIGKILL');
    const { height } = await statusOf(harbour);
    await expect(harbour.impulse('members', 'rename', 'mara alone')).rejects.toThrow(
      /2 of 3 validators must sign/,
    );
    await page.keyboard.press('1');
    await page
      .getByText(/2 of 3 validators must sign, and nothing arrives from/)
      .first()
      .waitFor();
    await picture(page, 'ledger-waits');
    expect((await statusOf(harbour)).height).toBe(height);

    // Nothing is lost: it becomes final once a second validator is back.
    await ferry.run();
    await expect.poll(() => handles(harbour), WAITING).toContain('mara alone final');
    await light.run();
    await expect.poll(() => handles(light), WAITING).toContain('mara alone final');
  });

  test('removing a validator and changing the quorum are asked by keyboard, and say what follows', async () => {
    const { page } = await openConsole(browser, nodes[0]);
    await page.getByRole('navigation').first().waitFor();
    await toValidators(page);
    // The validators stand in the order of their keys, which differs in every run.
    await page.getByRole('row').filter({ hasText: 'odin' }).waitFor();
    const current = page.locator('[role=row][data-current=true]');
    for (let presses = 0; presses < 3 && !(await current.innerText()).includes('odin'); presses += 1)
      await page.keyboard.press('ArrowDown');
    const asked = page.getByText('Remove odin from the validators');
    await page.keyboard.press('r');
    await asked.waitFor();
    await page.getByRole('button', { name: 'Sign the removal' }).waitFor();
    await picture(page, 'ledger-remove');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    await tabTo(page.getByRole('button', { name: 'Change the quorum' }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('How many must sign from then on').waitFor();
    await page.keyboard.press('Escape');
  });
});
