import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../node/atomic-write.ts';
import type { ElectronApi, Surroundings } from './electron.ts';

/** The argument with which the system starts the program at login: without a window, in the tray. */
export const HIDDEN_ARGUMENT = '--hidden';

/**
 * Starts the program at login from now on, or no longer. A checkout is never registered: it would
 * start a bare Electron.
 */
export async function setStartAtLogin(
  app: ElectronApi['app'],
  { platform, env }: Surroundings,
  wanted: boolean,
): Promise<void> {
  if (!app.isPackaged) return;
  if (platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: wanted, args: [HIDDEN_ARGUMENT] });
    return;
  }
  const file = autostartFile(env, app.getPath('home'));
  if (!wanted) return rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true });
  await writeAtomically(file, desktopEntry(env['APPIMAGE'] ?? app.getPath('exe')), 0o644);
}

/** Where a Linux desktop looks for what to start (XDG autostart specification). */
export function autostartFile(env: Surroundings['env'], home: string): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'impulse-console.desktop');
}

/** A desktop entry that starts `executable` hidden; its path quoted as the specification asks. */
export function desktopEntry(executable: string): string {
  const quoted = executable
    .replace(/(["`$\\])/g, '\\$1')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Impulse Console',
    'Comment=Keeps your board running after you log in',
    `Exec="${quoted}" ${HIDDEN_ARGUMENT}`,
    'Icon=impulse-console',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
