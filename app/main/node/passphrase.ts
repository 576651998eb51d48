import { readFile, stat } from 'node:fs/promises';
import type { Random } from '../kernel/clock.ts';
import { writeAtomically } from './atomic-write.ts';
import type { DataDirectory } from './data-directory.ts';
import { problem } from './problems.ts';

export interface FoundPassphrase {
  readonly passphrase: string;
  /** True if it is stored beside the keys, so that anyone who copies the directory has both. */
  readonly besideKeys: boolean;
}

/**
 * The passphrase of a headless node: from the file that IMPULSE_PASSPHRASE_FILE names, from
 * IMPULSE_PASSPHRASE, or from the file `passphrase` in the data directory, which is made with a random one if
 * `mayMake` is set (a new node).
 * @throws Problem `passphrase-missing`, `passphrase-exposed`.
 */
export async function findPassphrase(
  directory: DataDirectory,
  options: { env: Readonly<Record<string, string | undefined>>; random: Random; mayMake: boolean },
): Promise<FoundPassphrase> {
  const { env, random, mayMake } = options;
  const named = env['IMPULSE_PASSPHRASE_FILE'];
  if (named) {
    const passphrase = await readSecret(named);
    if (passphrase === null) {
      throw problem('passphrase-file-empty', { path: named });
    }
    return { passphrase, besideKeys: false };
  }
  if (env['IMPULSE_PASSPHRASE']) return { passphrase: env['IMPULSE_PASSPHRASE'], besideKeys: false };
  const kept = await readSecret(directory.passphrase);
  if (kept !== null) return { passphrase: kept, besideKeys: true };
  if (!mayMake) {
    throw problem('passphrase-missing');
  }
  const passphrase = Buffer.from(random.bytes(32)).toString('base64url');
  await writeAtomically(directory.passphrase, `${passphrase}\n`);
  return { passphrase, besideKeys: true };
}

async function readSecret(path: string): Promise<string | null> {
  let content: string;
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw problem('passphrase-exposed', { path, quoted: JSON.stringify(path) });
    }
    content = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const line = content.replace(/\r?\n$/, '');
  return line === '' ? null : line;
}
