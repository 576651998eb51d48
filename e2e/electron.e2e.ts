import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { electronBinary } from '../tools/electron.ts';

const root = resolve(import.meta.dirname, '..');
const binary = electronBinary(root);
const display =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
const missing = binary === null ? 'the Electron binary is not here' : display ? null : 'there is no display';
if (missing !== null) {
  console.warn(`\n*** SKIPPED: the journey through the desktop program, because ${missing}. ***\n`);
}

/** Needs the program built (`node tools/build.ts`). */
describe.skipIf(missing !== null)('the desktop program', () => {
  let scratch: string;
  let program: ElectronApplication;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'impulse-electron-'));
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    program = await _electron.launch({
      executablePath: binary ?? '',
      args: [root, `--user-data-dir=${join(scratch, 'profile')}`, '--data', join(scratch, 'data'), ...asRoot],
      env: { ...process.env, NODE_OPTIONS: '' } as Record<string, string>,
    });
    page = await program.firstWindow();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 60_000);

  afterAll(async () => {
    await program?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it('shows the console from its own protocol, over a port to the node', async () => {
    expect(page.url()).toMatch(/^app:\/\/console\//);
    await page.getByRole('heading').first().waitFor({ timeout: 30_000 });
  });

  it('gives the page neither Node.js nor anything of Electron but its two facts', async () => {
    const seen = await page.evaluate(`({
      process: typeof process, require: typeof require,
      impulse: Object.keys(window.impulse).sort(),
    })`);
    expect(seen).toEqual({ process: 'undefined', require: 'undefined', impulse: ['platform', 'shell'] });
  });

  it('does not leave the console, opens no second window and loads nothing from elsewhere', async () => {
    const reached = await page.evaluate(`fetch('https://example.org/').then(() => true, () => false)`);
    expect(reached).toBe(false);
    // The system's browser stays shut during the journey.
    await program.evaluate(({ shell }) => {
      shell.openExternal = async () => {};
    });
    await page.evaluate(`window.open('https://example.org/')`);
    await page.evaluate(`void (location.href = 'https://example.org/')`);
    expect(page.url()).toMatch(/^app:\/\/console\//);
    expect(program.windows()).toHaveLength(1);
  });

  it('follows an invite to the page that joins', async () => {
    const invite = 'impulse://join/bafyabc?s=x';
    await program.evaluate(
      ({ app }, link) => void app.emit('second-instance', {}, ['impulse', link]),
      invite,
    );
    await page.waitForURL((url) => url.hash === `#/join/${encodeURIComponent(invite)}`, { timeout: 10_000 });
  });

  it('keeps the node running when the window is closed, and stops it in order on quitting', async () => {
    await program.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const open = await program.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect(open).toBe(1);
    const closed = program.waitForEvent('close', { timeout: 15_000 });
    await program.evaluate(({ app }) => app.quit());
    await closed;
  });

  it('worked without a complaint of the page', () => {
    expect(complaints.filter((text) => !text.includes('example.org'))).toEqual([]);
  });
});
