import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHost, type Host } from '../app/main/host/host.ts';
import { systemClock } from '../app/main/kernel/clock.ts';
import { silentLogger } from '../app/main/kernel/logger.ts';
import { accessibilityFaults, launchBrowser, picture, visit } from './browser.ts';

/** The console with its own sample data: every view, theme and size, without a node. */
const rendererDir = join(resolve(import.meta.dirname, '..'), 'dist', 'renderer');
const views = ['overview', 'boards', 'chat', 'federation', 'settings'];

let browser: Browser;
let host: Host;

beforeAll(async () => {
  const token = 'A'.repeat(43);
  host = await startHost({
    router: {},
    rendererDir,
    port: 0,
    token,
    clock: systemClock,
    logger: silentLogger,
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await host?.stop();
});

describe.each(views)('the view %s', (view) => {
  test.each(['light', 'dark'] as const)(
    'is accessible and complains of nothing in the %s theme',
    async (theme) => {
      const { page, context, complaints } = await visit(browser, 'about:blank');
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.goto(`${host.url}/?fake=1#/${view}`);
      await page.getByRole('main').waitFor();
      await page.getByRole('heading').first().waitFor();
      await picture(page, `${view}-${theme}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );
});

test('no view is wider than a small window', async () => {
  const { page, context } = await visit(browser, 'about:blank', { width: 640, height: 480 });
  for (const view of views) {
    await page.goto(`${host.url}/?fake=1#/${view}`);
    await page.getByRole('main').waitFor();
    const overflow: unknown = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow, view).toBeLessThanOrEqual(0);
  }
  await context.close();
});

test('the first steps are accessible', async () => {
  const { page, context, complaints } = await visit(browser, `${host.url}/?fake=setup`);
  await page.getByRole('heading').first().waitFor();
  await picture(page, 'onboarding');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});
