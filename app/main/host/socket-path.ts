import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomSecret } from '../../contract/session.ts';
import { problem } from './problems.ts';

/** The longest path of a socket that every system takes, in bytes: 104 with its end on macOS. */
const MAX_PATH_BYTES = 100;

/**
 * Where the host of a data directory listens for programs of this user: in the private folder of the node, or in a private
 * folder for temporary files if that path is too long for a socket. On Windows a named pipe that nobody can guess.
 *
 * @throws Problem `socket-exposed` if the folder for temporary files belongs to somebody else.
 */
export async function socketPath(nodeFolder: string): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\impulse-${randomSecret()}`;
  const path = join(nodeFolder, 'host.sock');
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  const name = createHash('sha256').update(nodeFolder).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `impulse-${process.getuid?.() ?? 0}-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await isPrivate(folder))) throw problem('socket-exposed', { path: folder });
  return join(folder, 'host.sock');
}

/** Whether a folder belongs to this user and nobody else can enter it, so that only this user listens at a socket in it. */
export async function isPrivate(folder: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const stats = await lstat(folder).catch(() => null);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}
