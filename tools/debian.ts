import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Whether this is Debian or a derivative of it. */
export const isDebian = (): boolean => existsSync('/etc/debian_version');

/** Installs packages where this process may: as root on Debian and its derivatives. Otherwise it does nothing. */
export function installByApt(...packages: readonly string[]): void {
  if (!isDebian() || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (args: string[]) =>
    spawnSync('apt-get', ['-qq', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    });
  apt(['update']);
  apt(['install', '--no-install-recommends', ...packages]);
}
