import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { checkDesktopEntry, checkInstallers } from './desktop-entries.ts';

const entry = (exec: string) => `[Desktop Entry]\nName=Impulse Console\nExec=${exec}\nType=Application\n`;

test.each(['AppRun %U', '"/opt/Impulse Console/impulse-console" %U'])(
  'a desktop entry may start %s',
  (exec) => {
    expect(checkDesktopEntry(entry(exec), 'It')).toEqual([]);
  },
);

test.each([
  'AppRun --no-sandbox %U',
  'AppRun "--no-sandbox" %U',
  'env A=1 AppRun --disable-gpu-sandbox %U',
  'AppRun --disable-setuid-sandbox',
  'AppRun --no-zygote',
])('a desktop entry may not start %s', (exec) => {
  expect(checkDesktopEntry(entry(exec), 'It')).toEqual([`It turns the sandbox off: Exec=${exec}`]);
});

test('every command of a desktop entry is checked', () => {
  const actions = `${entry('AppRun %U')}[Desktop Action new]\n Exec = AppRun --no-sandbox\n`;
  expect(checkDesktopEntry(actions, 'It')).toHaveLength(1);
  expect(checkDesktopEntry('[Desktop Entry]\nName=x\n', 'It')).toEqual(['It starts nothing.']);
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'impulse-installers-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A stand-in for an AppImage: its runtime writes the desktop entry when it is told to unpack. */
function plantAppImage(release: string, name: string, exec: string): void {
  const script = `#!/bin/sh\n[ "$1" = --appimage-extract ] || exit 1\nmkdir squashfs-root\ncat > squashfs-root/x.desktop <<'END'\n${entry(exec)}END\n`;
  writeFileSync(join(release, name), script, { mode: 0o755 });
}

test.skipIf(process.platform !== 'linux')('the entry inside a built AppImage is read and checked', () => {
  const release = folder();
  plantAppImage(release, 'Impulse Console-0.1.0.AppImage', 'AppRun %U');
  expect(checkInstallers(release)).toEqual([]);
  plantAppImage(release, 'Other-0.1.0.AppImage', 'AppRun --no-sandbox %U');
  expect(checkInstallers(release)).toEqual([
    'The desktop entry of Other-0.1.0.AppImage turns the sandbox off: Exec=AppRun --no-sandbox %U',
  ]);
});

test.skipIf(process.platform !== 'linux')('an AppImage without a readable entry is a fault', () => {
  const release = folder();
  writeFileSync(join(release, 'Broken.AppImage'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  expect(checkInstallers(release)).toEqual(['The desktop entry of Broken.AppImage could not be read.']);
});

const hasDpkg = (() => {
  try {
    execFileSync('dpkg-deb', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasDpkg)('the entry inside a built package of Debian is read and checked', () => {
  const [release, tree] = [folder(), folder()];
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  };
  write(
    'DEBIAN/control',
    'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n',
  );
  write('usr/share/applications/x.desktop', entry('/opt/x --no-sandbox %U'));
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, join(release, 'x.deb')], {
    stdio: 'ignore',
  });
  expect(checkInstallers(release)).toEqual([
    'The desktop entry of x.deb turns the sandbox off: Exec=/opt/x --no-sandbox %U',
  ]);
});
