import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileHeaders } from './page-headers.ts';

/**
 * The file that a request path stands for, or null when it stands for none: a path that leaves the
 * folder, a hidden file, a source map, or a name with a zero byte, a backslash or a colon.
 *
 * @param root absolute path of the built console.
 * @param path the path of the request as it came, without its query.
 */
export function staticFile(root: string, path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!decoded.startsWith('/') || /[\u0000-\u001f\\:]/.test(decoded)) return null;
  if (decoded.split('/').some((part) => part.startsWith('.'))) return null;
  if (decoded.endsWith('.map')) return null;
  const base = resolve(root);
  const file = join(base, decoded === '/' ? 'index.html' : decoded);
  return file.startsWith(base + sep) ? file : null;
}

/** Answers with a file. Resolves to false, with nothing sent, where there is no such file. */
export async function sendFile(response: ServerResponse, file: string, headOnly: boolean): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (!handle) return false;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return false;
    response.writeHead(200, { ...fileHeaders(file), 'content-length': stat.size });
    if (headOnly) response.end();
    else await pipeline(handle.createReadStream({ autoClose: false }), response);
    return true;
  } finally {
    await handle.close();
  }
}
