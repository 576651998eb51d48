import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from '../node/atomic-write.ts';
import type { ElectronApi, Surroundings } from './electron.ts';

/** The argument with which the system starts the program at login: in the tray, without a window. */
export const HIDDEN_ARGUMENT = '--hidden';

/**
 * Turns starting at login on or off. A checkout is never registered, because a bare Electron would start.
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

/** The autostart folder of a Linux desktop (XDG autostart specification). */
export function autostartFile(env: Surroundings['env'], home: string): string {
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'autostart', 'impulse-console.desktop');
}

/** A desktop entry that starts `executable` hidden, with its path quoted as the specification requires. */
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
