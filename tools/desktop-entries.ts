import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Switches of Chromium that turn a sandbox off, wholly or in part. */
const UNSAFE = /(?:^|[\s"'=])--(?:no-sandbox|no-zygote|disable-[\w-]*sandbox)\b/;

/** The faults of a desktop entry, one sentence each: no command of it may turn Electron's sandbox off. */
export function checkDesktopEntry(entry: string, where: string): string[] {
  const commands = entry.split('\n').filter((line) => /^\s*Exec\s*=/.test(line));
  if (commands.length === 0) return [`${where} starts nothing.`];
  return commands
    .filter((line) => UNSAFE.test(line))
    .map((line) => `${where} turns the sandbox off: ${line.trim()}`);
}

/**
 * The faults of the desktop entries inside the built installers of a folder, and of those that could not be read. An
 * AppImage of another architecture does not run here; its entry is the one that electron-builder writes for all.
 */
export function checkInstallers(folder: string): string[] {
  const foreign = process.arch === 'arm64' ? /(?:x86_64|x64)\.AppImage$/ : /arm64\.AppImage$/;
  return globSync('*.{AppImage,deb}', { cwd: folder })
    .filter((name) => !foreign.test(name))
    .flatMap((name) => {
      const entries = entriesIn(resolve(folder, name));
      if (entries.length === 0) return [`The desktop entry of ${name} could not be read.`];
      return entries.flatMap((entry) => checkDesktopEntry(entry, `The desktop entry of ${name}`));
    });
}

function entriesIn(installer: string): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'impulse-entries-'));
  try {
    // The runtime of an AppImage unpacks it without the program that is inside.
    const [command, ...args]: [string, ...string[]] = installer.endsWith('.deb')
      ? ['dpkg-deb', '--extract', installer, scratch]
      : [installer, '--appimage-extract', '*.desktop'];
    spawnSync(command, args, { cwd: scratch, stdio: 'ignore', timeout: 120_000 });
    return globSync('**/*.desktop', { cwd: scratch }).map((path) =>
      readFileSync(join(scratch, path), 'utf8'),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
