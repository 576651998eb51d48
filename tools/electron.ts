import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const checkout = resolve(import.meta.dirname, '..');
const FETCH_LIMIT_MS = 20_000;
/** A failed download is not tried again for a day, so that a start without network is not delayed. */
const REMEMBER_MS = 24 * 60 * 60_000;

/** The Electron binary of this checkout, as an absolute path, or null if it is missing. */
export function electronBinary(root = checkout, env: NodeJS.ProcessEnv = process.env): string | null {
  const folder = join(root, 'node_modules', 'electron');
  const name = textOf(join(folder, 'path.txt'));
  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) return existing(join(override, name ?? executableName()));
  const version = textOf(join(folder, 'dist', 'version'))?.replace(/^v/, '');
  return name !== null && version === wantedVersion(root) ? existing(join(folder, 'dist', name)) : null;
}

/**
 * The Electron binary, downloaded if it is missing, for at most 20 seconds. A failure is
 * remembered for a day in `node_modules/.cache`.
 *
 * @param report called with one line when a download begins.
 * @returns the path, or null if it is not available.
 */
export async function fetchElectron(report: (line: string) => void = () => {}): Promise<string | null> {
  const present = electronBinary();
  if (present !== null) return present;
  const failure = join(
    checkout,
    'node_modules',
    '.cache',
    'impulse',
    `electron-${wantedVersion(checkout)}-unavailable`,
  );
  if (existsSync(failure) && Date.now() - statSync(failure).mtimeMs < REMEMBER_MS) return null;
  const installer = join(checkout, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return null;
  report('Downloading Electron, about 110 MB, for at most 20 seconds.');
  await runQuietly(installer, FETCH_LIMIT_MS);
  const fetched = electronBinary();
  if (fetched !== null) {
    rmSync(failure, { force: true });
    return fetched;
  }
  mkdirSync(dirname(failure), { recursive: true });
  writeFileSync(
    failure,
    'The Electron binary could not be fetched. To try without a time limit: npx install-electron\n',
  );
  return null;
}

/** The installed version of the package `electron`, or null. */
function wantedVersion(root: string): string | null {
  const manifest: unknown = JSON.parse(
    textOf(join(root, 'node_modules', 'electron', 'package.json')) ?? 'null',
  );
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return null;
  return typeof manifest.version === 'string' ? manifest.version : null;
}

function runQuietly(script: string, limitMs: number): Promise<void> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script], { stdio: 'ignore', timeout: limitMs });
    child.once('exit', () => done());
    child.once('error', () => done());
  });
}

function executableName(): string {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const existing = (file: string) => (existsSync(file) ? file : null);
