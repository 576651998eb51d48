import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findFfmpeg } from './find.ts';

/** The ffmpeg for tests, or null with a notice; as root on Debian it is installed by apt if missing. */
export const testFfmpeg = ((): string | null => {
  const find = () => findFfmpeg({ env: process.env, platform: process.platform });
  const found = find();
  if (found !== null) return found;
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log('Installing ffmpeg, which the tests of recordings need.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', '-y', ...args], { stdio: 'ignore', env });
    apt('update');
    apt('install', '--no-install-recommends', 'ffmpeg');
    const installed = find();
    if (installed !== null) return installed;
  }
  console.log(
    '*** Tests of recordings were skipped: there is no ffmpeg. Run: sudo apt-get install ffmpeg ***',
  );
  return null;
})();
