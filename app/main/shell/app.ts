import { join } from 'node:path';
import type { BrowserWindow } from 'electron';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import { defaultDataPath } from '../node/data-directory.ts';
import type { DesktopSettings } from '../node/shell-messages.ts';
import { HIDDEN_ARGUMENT, setStartAtLogin } from './autostart.ts';
import { LINK_SCHEME, linkAmong, routeOf } from './deep-link.ts';
import type { ElectronApi, Surroundings } from './electron.ts';
import { ASK_CHANNEL, HandOver } from './hand-over.ts';
import { hardenBeforeReady, hardenSession } from './hardening.ts';
import { offerScreens } from './screens.ts';
import { menuTemplate } from './menu.ts';
import { nodeKey } from './node-key.ts';
import { NodeProcess } from './node-process.ts';
import { CONSOLE_ORIGIN } from './protocol.ts';
import { isFromConsole } from './sender.ts';
import { ConsoleTray, type TrayNews } from './tray.ts';
import { openWindow } from './window.ts';
import { failedAnswers, goneAnswers, nodeFailed, nodeRestarting, windowGone } from './words.ts';

/** The name under which Windows files notifications; the same as `appId` in electron-builder.yml. */
const APP_ID = 'org.impulse-console.desktop';

/** The desktop program: one window, one tray icon and one node process. */
export class ConsoleApp {
  readonly #electron: ElectronApi;
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  readonly #node: NodeProcess;
  readonly #handOver: HandOver;
  #window: BrowserWindow | null = null;
  #tray: ConsoleTray | null = null;
  #settings: Omit<DesktopSettings, 'kind'> = { closeToTray: true, startAtLogin: false };
  /** The route at which the next window opens: an invite that arrived before there was a window. */
  #route = '';
  #started = false;
  #quitting: 'no' | 'draining' | 'drained' = 'no';

  private constructor(electron: ElectronApi, surroundings: Surroundings, clock: Clock) {
    this.#electron = electron;
    this.#surroundings = surroundings;
    this.#clock = clock;
    const { app, safeStorage } = electron;
    this.#node = new NodeProcess({
      clock,
      fork: () => this.#fork(),
      unlock: () =>
        nodeKey(safeStorage, surroundings.platform, join(app.getPath('userData'), 'node-key.json')),
      observer: {
        ready: () => this.#handOver.nodeReady(),
        status: (brief) => this.#tray?.show(brief),
        settings: (settings) => this.#apply(settings),
        restarting: (delayMs, crashes) => this.#tellRestart(delayMs, crashes),
        failed: (problem, lastWords) => void this.#tellFailure(problem, lastWords),
      },
    });
    this.#handOver = new HandOver(electron, this.#node);
  }

  /**
   * Starts the program. If another instance runs, passes the arguments to it and ends.
   *
   * @returns once the window and the node have been started; null when another instance runs.
   */
  static async start(
    electron: ElectronApi,
    surroundings: Surroundings,
    clock: Clock = systemClock,
  ): Promise<ConsoleApp | null> {
    hardenBeforeReady(electron);
    const { app } = electron;
    if (!app.requestSingleInstanceLock()) {
      app.quit();
      return null;
    }
    const running = new ConsoleApp(electron, surroundings, clock);
    running.#listen();
    await app.whenReady();
    await running.#ready();
    return running;
  }

  #listen(): void {
    const { app } = this.#electron;
    app.on('second-instance', (_event, argv) => this.#follow(linkAmong(argv)));
    app.on('open-url', (event, link) => {
      event.preventDefault();
      this.#follow(link);
    });
    app.on('activate', () => this.#show());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => {
      if (this.#quitting === 'drained') return;
      event.preventDefault();
      void this.#drain();
    });
  }

  async #ready(): Promise<void> {
    const { app, ipcMain, powerMonitor, session, Menu } = this.#electron;
    const { platform, argv } = this.#surroundings;
    hardenSession(session.defaultSession, this.#built('renderer'));
    offerScreens(session.defaultSession, this.#electron, platform);
    if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
    if (platform === 'win32') app.setAppUserModelId(APP_ID);
    app.setAboutPanelOptions({ applicationName: app.getName(), applicationVersion: app.getVersion() });
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate(
          { platform, name: app.getName(), packaged: app.isPackaged },
          {
            about: () => app.showAboutPanel(),
            openDataFolder: () => void this.#openDataFolder(),
            quit: () => app.quit(),
          },
        ),
      ),
    );
    ipcMain.on(ASK_CHANNEL, (event) => {
      if (isFromConsole(event, this.#window?.webContents.id ?? null)) this.#handOver.ask(event.sender);
    });
    powerMonitor.on('suspend', () => this.#node.suspend());
    powerMonitor.on('resume', () => this.#node.resume());
    powerMonitor.on('shutdown', () => app.quit());
    this.#tray = await ConsoleTray.create(this.#electron, platform, this.#built('shell'), {
      open: () => this.#show(),
      quit: () => app.quit(),
    });
    const hidden = argv.includes(HIDDEN_ARGUMENT);
    this.#route ||= routeOf(linkAmong(argv) ?? '') ?? '';
    this.#started = true;
    this.#open(!hidden);
    if (hidden && this.#tray === null) this.#window?.minimize();
    await this.#node.start();
  }

  #built(part: string): string {
    return join(this.#electron.app.getAppPath(), 'dist', part);
  }

  #fork() {
    const given = this.#dataGiven();
    return this.#electron.utilityProcess.fork(
      this.#built(join('node', 'main.js')),
      given === null ? [] : ['--data', given],
      { serviceName: 'Impulse node', stdio: ['ignore', 'inherit', 'pipe'] },
    );
  }

  /** The data directory named on the command line, or null for the default. */
  #dataGiven(): string | null {
    const { argv } = this.#surroundings;
    const index = argv.indexOf('--data');
    return index === -1 ? null : (argv[index + 1] ?? null);
  }

  #open(show: boolean): void {
    const { app, dialog } = this.#electron;
    const setup = {
      preload: this.#built(join('preload', 'preload.cjs')),
      stateFile: join(app.getPath('userData'), 'window.json'),
      packaged: app.isPackaged,
      clock: this.#clock,
      show,
    };
    const window = openWindow(this.#electron, setup, this.#route);
    this.#route = '';
    this.#window = window;
    window.on('close', (event) => {
      if (this.#quitting !== 'no' || !this.#settings.closeToTray) return;
      event.preventDefault();
      // Without a tray a hidden window could not be shown again.
      if (this.#tray !== null || this.#surroundings.platform === 'darwin') window.hide();
      else window.minimize();
    });
    window.on('closed', () => {
      this.#window = null;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit' || this.#quitting !== 'no') return;
      void dialog.showMessageBox(windowGone(reason)).then(({ response }) => {
        if (window.isDestroyed()) return;
        if (response === goneAnswers.reload) window.webContents.reload();
        else window.close();
      });
    });
  }

  #show(): void {
    if (this.#quitting !== 'no' || !this.#started) return;
    if (this.#window === null) {
      this.#open(true);
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Shows the console, at the invite if the link is one; other links are ignored. */
  #follow(link: string | null): void {
    const route = link === null ? null : routeOf(link);
    if (route !== null && this.#window === null) this.#route = route;
    if (route !== null) void this.#window?.loadURL(`${CONSOLE_ORIGIN}/${route}`);
    this.#show();
  }

  #apply(settings: DesktopSettings): void {
    this.#settings = settings;
    const { app, dialog } = this.#electron;
    setStartAtLogin(app, this.#surroundings, settings.startAtLogin).catch((error: unknown) =>
      dialog.showErrorBox('Starting at login could not be set', String(error)),
    );
  }

  #tellRestart(delayMs: number, crashes: number): void {
    const { Notification } = this.#electron;
    const words = nodeRestarting(delayMs, crashes);
    this.#news({ kind: 'down', words: 'the node stopped and is started again' });
    if (Notification.isSupported()) new Notification(words).show();
  }

  async #tellFailure(problem: ProblemFields, lastWords: string): Promise<void> {
    const { app, dialog } = this.#electron;
    this.#news({ kind: 'down', words: 'the node does not run' });
    for (;;) {
      const { response } = await dialog.showMessageBox(nodeFailed(problem, lastWords));
      if (response === failedAnswers.retry) return this.#node.retry();
      if (response === failedAnswers.quit) return app.quit();
      await this.#openDataFolder();
    }
  }

  #news(news: TrayNews): void {
    this.#tray?.show(news);
  }

  async #openDataFolder(): Promise<void> {
    const { dialog, shell } = this.#electron;
    const problem = await shell.openPath(this.#dataGiven() ?? defaultDataPath());
    if (problem !== '') dialog.showErrorBox('The data folder cannot be opened', problem);
  }

  /** Stops the node gracefully within its deadline, then lets the program end. */
  async #drain(): Promise<void> {
    if (this.#quitting !== 'no') return;
    this.#quitting = 'draining';
    this.#news({ kind: 'down', words: 'stopping' });
    await this.#node.stop();
    this.#quitting = 'drained';
    this.#tray?.destroy();
    this.#electron.app.quit();
  }
}
