import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { MenuItemConstructorOptions, Tray } from 'electron';
import type { NodeBrief } from '../node/shell-messages.ts';
import type { ElectronApi } from './electron.ts';

/** The state of the node as the tray shows it: its last report, or why there is none. */
export type TrayNews = NodeBrief | { readonly kind: 'down'; readonly words: string };

interface TrayActions {
  open(): void;
  quit(): void;
}

const phaseWords: Readonly<Record<NodeBrief['phase'], string>> = {
  setup: 'not set up yet',
  starting: 'starting',
  ready: 'running',
  repairing: 'repairing its views',
  degraded: 'read-only, see the console',
  stopping: 'stopping',
};

/** One line on the node, the tooltip of the tray icon. */
export function trayLine(news: TrayNews): string {
  if (news.kind === 'down') return `Impulse: ${news.words}`;
  const peers = news.peers === 1 ? '1 peer' : `${news.peers} peers`;
  const unread = news.unread === 0 ? '' : `, ${news.unread} unread`;
  return `Impulse: ${news.name} ${phaseWords[news.phase]}, ${peers}${unread}`;
}

/** The tray's menu: the node's state and two commands. */
export function trayMenu(news: TrayNews, actions: TrayActions): MenuItemConstructorOptions[] {
  return [
    { label: trayLine(news), enabled: false },
    { type: 'separator' },
    { label: 'Open console', click: () => actions.open() },
    { type: 'separator' },
    { label: 'Quit Impulse Console', click: () => actions.quit() },
  ];
}

/** The icon in the tray (menu bar on macOS) that stays while the window is closed. */
export class ConsoleTray {
  readonly #electron: Pick<ElectronApi, 'Menu'>;
  readonly #tray: Tray;
  readonly #actions: TrayActions;

  private constructor(electron: Pick<ElectronApi, 'Menu'>, tray: Tray, actions: TrayActions) {
    this.#electron = electron;
    this.#tray = tray;
    this.#actions = actions;
  }

  /**
   * @param iconFolder folder of the tray's icons.
   * @returns null if the desktop shows no tray icons; the window is then minimised instead of hidden.
   */
  static async create(
    electron: Pick<ElectronApi, 'Menu' | 'Tray' | 'nativeImage'>,
    platform: NodeJS.Platform,
    iconFolder: string,
    actions: TrayActions,
    linuxHasTray: () => Promise<boolean> = statusNotifierRuns,
  ): Promise<ConsoleTray | null> {
    if (platform === 'linux' && !(await linuxHasTray())) return null;
    const icon = electron.nativeImage.createFromPath(
      join(iconFolder, platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'),
    );
    if (icon.isEmpty()) return null;
    const tray = new electron.Tray(icon);
    tray.on('click', () => actions.open());
    const consoleTray = new ConsoleTray(electron, tray, actions);
    consoleTray.show({ kind: 'down', words: 'starting' });
    return consoleTray;
  }

  show(news: TrayNews): void {
    this.#tray.setToolTip(trayLine(news));
    this.#tray.setContextMenu(this.#electron.Menu.buildFromTemplate(trayMenu(news, this.#actions)));
  }

  destroy(): void {
    this.#tray.destroy();
  }
}

/**
 * Whether the desktop shows status icons. Electron does not report this: on a desktop without them the icon
 * is created but not visible, and a hidden window could not be shown again.
 */
function statusNotifierRuns(): Promise<boolean> {
  const question = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus.NameHasOwner',
    'string:org.kde.StatusNotifierWatcher',
  ];
  return new Promise((resolve) => {
    execFile('dbus-send', question, { timeout: 2000 }, (error, answer) =>
      resolve(error === null && answer.includes('boolean true')),
    );
  });
}
