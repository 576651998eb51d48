import { expect } from 'vitest';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, picture, visit, type Visitor } from './browser.ts';

/** The system preferences that lead to each theme. */
const themes = {
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  light: { colorScheme: 'light', contrast: 'no-preference' },
  contrast: { colorScheme: 'dark', contrast: 'more' },
} as const;
export const themeNames = ['dark', 'light', 'contrast'] as const;
export type Theme = (typeof themeNames)[number];

/** Axe reads a whole view in a second or two; a theme has twenty of them. */
export const THEME_TIMEOUT_MS = 300_000;

/** One person whose system asks for a theme. */
export interface ThemedVisitor extends Visitor {
  /** Takes a picture of the page under this name and the theme's, and expects no violations on it. */
  sound(name: string): Promise<void>;
}

/** An empty page of a browser that asks for a theme. */
export async function visitIn(browser: Browser, theme: Theme): Promise<ThemedVisitor> {
  const visitor = await visit(browser, 'about:blank');
  const { page } = visitor;
  await page.emulateMedia({ ...themes[theme], reducedMotion: 'reduce' });
  return {
    ...visitor,
    async sound(name) {
      await picture(page, `${name}-${theme}`);
      expect({ name, faults: await accessibilityFaults(page) }).toEqual({ name, faults: [] });
    },
  };
}
