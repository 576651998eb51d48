import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileHeaders } from './page-headers.ts';

/**
 * The file of a request path. Null for a path that leaves the folder, a hidden file, a source map, or a name
 * with a zero byte, a backslash or a colon.
 *
 * @param root absolute path of the built console.
 * @param path the raw path of the request, without its query.
 */
export function staticFile(root: string, path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  // oxlint-disable-next-line no-control-regex -- the pattern finds control characters
  if (!decoded.startsWith('/') || /[\u0000-\u001f\\:]/.test(decoded)) return null;
  if (decoded.split('/').some((part) => part.startsWith('.'))) return null;
  if (decoded.endsWith('.map')) return null;
  const base = resolve(root);
  const file = join(base, decoded === '/' ? 'index.html' : decoded);
  return file.startsWith(base + sep) ? file : null;
}

/** Responds with a file. Resolves to false, with nothing sent, if there is no such file. */
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
