import { existsSync } from 'node:fs';
import { installByApt, isDebian } from './debian.ts';

const places: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** A browser of the Chromium family on this machine, or null; IMPULSE_CHROMIUM names another. */
export function findChromium(): string | null {
  const named = process.env['IMPULSE_CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  return places[process.platform]?.find((path) => existsSync(path)) ?? null;
}

/**
 * The browser for end-to-end tests. As root on Debian and its derivatives it is installed by apt if missing;
 * elsewhere a message says what to install.
 */
export function ensureChromium(): string | null {
  const found = findChromium();
  if (found !== null) return found;
  if (isDebian() && process.getuid?.() === 0) {
    console.log('Installing Chromium, which the end-to-end tests need.');
    installByApt('chromium');
    const installed = findChromium();
    if (installed !== null) return installed;
  }
  const hint = isDebian() ? 'Run: sudo apt-get install chromium' : 'Install Chromium or Chrome';
  console.error(`The end-to-end tests need a browser. ${hint}, or name one in IMPULSE_CHROMIUM.`);
  return null;
}
