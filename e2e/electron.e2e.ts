import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { electronBinary } from '../tools/electron.ts';

const root = resolve(import.meta.dirname, '..');
const binary = electronBinary(root);
const display =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
const missing = binary === null ? 'the Electron binary is not here' : display ? null : 'there is no display';
if (missing !== null) {
  console.warn(`\n*** SKIPPED: the journey through the desktop program, because ${missing}. ***\n`);
}

interface Desktop {
  readonly program: ElectronApplication;
  readonly page: Page;
  /** Errors of the page and of its console. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Starts the desktop program, with its own profile and data directory. */
async function launchDesktop(): Promise<Desktop> {
  const scratch = mkdtempSync(join(tmpdir(), 'impulse-electron-'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const program = await _electron.launch({
    executablePath: binary ?? '',
    args: [root, `--user-data-dir=${join(scratch, 'profile')}`, '--data', join(scratch, 'data'), ...asRoot],
    env: { ...process.env, NODE_OPTIONS: '' } as Record<string, string>,
  });
  const page = await program.firstWindow();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const close = async () => {
    await program.close();
    rmSync(scratch, { recursive: true, force: true });
  };
  return { program, page, complaints, close };
}

/** Needs the program built (`node tools/build.ts`). */
describe.skipIf(missing !== null)('the desktop program', () => {
  let desktop: Desktop;

  beforeAll(async () => {
    desktop = await launchDesktop();
  }, 60_000);
  afterAll(() => desktop?.close());

  it('shows the console from its own protocol, over a port to the node, without a complaint', async () => {
    const { page, complaints } = desktop;
    expect(page.url()).toMatch(/^app:\/\/console\//);
    await page.getByRole('heading').first().waitFor({ timeout: 30_000 });
    expect(complaints.filter((text) => !text.includes('example.org'))).toEqual([]);
  });

  it('gives the page neither Node.js nor anything of Electron but its two facts', async () => {
    const seen = await desktop.page.evaluate(`({
      process: typeof process, require: typeof require,
      impulse: Object.keys(window.impulse).sort(),
    })`);
    expect(seen).toEqual({ process: 'undefined', require: 'undefined', impulse: ['platform', 'shell'] });
  });

  it('does not leave the console, opens no second window and loads nothing from elsewhere', async () => {
    const { page, program, complaints } = desktop;
    const reached = await page.evaluate(`fetch('https://example.org/').then(() => true, () => false)`);
    expect(reached).toBe(false);
    // The system's browser stays shut during the test.
    await program.evaluate(({ shell }) => {
      shell.openExternal = async () => {};
    });
    await page.evaluate(`window.open('https://example.org/')`);
    await page.evaluate(`void (location.href = 'https://example.org/')`);
    expect(page.url()).toMatch(/^app:\/\/console\//);
    expect(program.windows()).toHaveLength(1);
    expect(complaints.filter((text) => !text.includes('example.org'))).toEqual([]);
  });

  it('follows an invite to the page that joins', async () => {
    const { page, program, complaints } = desktop;
    await page.getByRole('heading').first().waitFor({ timeout: 30_000 });
    const invite = 'impulse://join/bafyabc?s=x';
    await program.evaluate(
      ({ app }, link) => void app.emit('second-instance', {}, ['impulse', link]),
      invite,
    );
    await page.waitForURL((url) => url.hash === `#/join/${encodeURIComponent(invite)}`, { timeout: 10_000 });
    expect(complaints.filter((text) => !text.includes('example.org'))).toEqual([]);
  });

  it('keeps the node running when the window is closed, and stops it in order on quitting', async () => {
    const { page, program, close } = await launchDesktop();
    onTestFinished(close);
    await page.getByRole('heading').first().waitFor({ timeout: 30_000 });
    await program.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const open = await program.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect(open).toBe(1);
    const closed = program.waitForEvent('close', { timeout: 15_000 });
    await program.evaluate(({ app }) => app.quit());
    await closed;
  });
});
