import { join, sep } from 'node:path';
import { pageHeaders, typeOfFile } from '../kernel/page-policy.ts';

/** The console's own origin: a standard, secure scheme, so that no page runs from `file:`. */
export const CONSOLE_SCHEME = 'app';
export const CONSOLE_ORIGIN = 'app://console';

/** Headers of the console protocol's response for a file of this name. */
export function headersFor(path: string): Record<string, string> {
  return { ...pageHeaders, 'content-type': typeOfFile(path), 'cache-control': 'no-cache' };
}

/**
 * The file of a console address. Null for another host, a method other than GET and HEAD, a path that leaves
 * the folder, or a name with a zero byte, a backslash or a colon.
 *
 * @param root absolute path of the built renderer.
 */
export function fileFor(root: string, method: string, address: string): string | null {
  if (method !== 'GET' && method !== 'HEAD') return null;
  if (!isConsoleUrl(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (/[\0\\:]/.test(path) || path.split('/').includes('..')) return null;
  const file = join(root, path === '/' || path === '' ? 'index.html' : path);
  return file.startsWith(root + sep) ? file : null;
}

/** Whether an address is a page of the console itself. */
export function isConsoleUrl(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === `${CONSOLE_SCHEME}:` &&
    url.host === 'console' &&
    url.username === '' &&
    url.password === ''
  );
}

/**
 * The address to open in the system's browser for a link in the console, or null if it is not allowed: only
 * http and https, without a user name or password, at most 2,000 characters.
 */
export function externalAddress(address: string): string | null {
  if (address.length > 2000) return null;
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
  return url.href;
}
