import { EventEmitter } from 'node:events';
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  Session,
  UtilityProcess,
  WebContents,
} from 'electron';
import type { ElectronApi } from './electron.ts';

/** A page that records the shell's decisions for it. */
class ContentsDouble extends EventEmitter {
  static #nextId = 1;
  readonly id = ContentsDouble.#nextId++;
  readonly sent: { channel: string; ports: number }[] = [];
  url = 'app://console/';
  readonly loaded: string[] = [];
  reloads = 0;
  openHandler: Parameters<WebContents['setWindowOpenHandler']>[0] | null = null;

  readonly getURL: WebContents['getURL'] = () => this.url;
  readonly loadURL: WebContents['loadURL'] = async (url) => void this.loaded.push(url);
  readonly reload: WebContents['reload'] = () => void (this.reloads += 1);
  readonly setWindowOpenHandler: WebContents['setWindowOpenHandler'] = (handler) =>
    void (this.openHandler = handler);
  readonly postMessage: WebContents['postMessage'] = (channel, _message, ports) =>
    void this.sent.push({ channel, ports: ports?.length ?? 0 });
}

/** A window that records its options, its addresses and whether it is visible. */
class WindowDouble extends EventEmitter {
  readonly webContents = new ContentsDouble();
  readonly options: BrowserWindowConstructorOptions;
  readonly loaded: string[] = [];
  visible = false;
  minimised = false;
  maximised = false;
  destroyed = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }

  readonly loadURL: BrowserWindow['loadURL'] = async (url) => void this.loaded.push(url);
  readonly show: BrowserWindow['show'] = () => {
    this.visible = true;
    this.emit('show');
  };
  readonly hide: BrowserWindow['hide'] = () => void (this.visible = false);
  readonly focus: BrowserWindow['focus'] = () => {};
  readonly minimize: BrowserWindow['minimize'] = () => void (this.minimised = true);
  readonly restore: BrowserWindow['restore'] = () => void (this.minimised = false);
  readonly maximize: BrowserWindow['maximize'] = () => void (this.maximised = true);
  readonly isMinimized: BrowserWindow['isMinimized'] = () => this.minimised;
  readonly isMaximized: BrowserWindow['isMaximized'] = () => this.maximised;
  readonly isDestroyed: BrowserWindow['isDestroyed'] = () => this.destroyed;
  readonly getNormalBounds: BrowserWindow['getNormalBounds'] = () => ({
    x: 10,
    y: 20,
    width: 1000,
    height: 700,
  });
  readonly close: BrowserWindow['close'] = () => {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (prevented) return;
    this.destroyed = true;
    this.emit('closed');
  };
}

/** A node process under a test's control. */
class ChildDouble extends EventEmitter {
  readonly stderr = new EventEmitter();
  readonly heard: { message: { kind: string }; ports: number }[] = [];
  killed = false;
  /** The reaction to a stop request; the process ignores it if unset. */
  onStop: (() => void) | null = null;

  readonly postMessage: UtilityProcess['postMessage'] = (message: { kind: string }, transfer) => {
    this.heard.push({ message, ports: transfer?.length ?? 0 });
    if (message.kind === 'stop') this.onStop?.();
  };
  readonly kill: UtilityProcess['kill'] = () => {
    this.killed = true;
    this.emit('exit', 15);
    return true;
  };

  says(message: unknown): void {
    this.emit('message', message);
  }

  kinds(): string[] {
    return this.heard.map(({ message }) => message.kind);
  }
}

/** The handlers that the shell sets on its session. */
class SessionDouble {
  request: Parameters<Session['setPermissionRequestHandler']>[0] = null;
  check: Parameters<Session['setPermissionCheckHandler']>[0] = null;
  device: Parameters<Session['setDevicePermissionHandler']>[0] = null;
  serve: Parameters<Session['protocol']['handle']>[1] | null = null;
  beforeRequest:
    | ((details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void)
    | null = null;

  readonly setPermissionRequestHandler: Session['setPermissionRequestHandler'] = (handler) =>
    void (this.request = handler);
  readonly setPermissionCheckHandler: Session['setPermissionCheckHandler'] = (handler) =>
    void (this.check = handler);
  readonly setDevicePermissionHandler: Session['setDevicePermissionHandler'] = (handler) =>
    void (this.device = handler);
  display: Parameters<Session['setDisplayMediaRequestHandler']>[0] = null;
  readonly setDisplayMediaRequestHandler: Session['setDisplayMediaRequestHandler'] = (handler) =>
    void (this.display = handler);
  readonly webRequest = {
    onBeforeRequest: (handler: NonNullable<SessionDouble['beforeRequest']>) =>
      void (this.beforeRequest = handler),
  };
  readonly protocol = {
    handle: (_scheme: string, handler: NonNullable<SessionDouble['serve']>) => void (this.serve = handler),
  };
}

/** An application that records its calls in `calls`, in order. */
class AppDouble extends EventEmitter {
  readonly calls: string[] = [];
  readonly home: string;
  isPackaged = false;
  firstInstance = true;
  quits = 0;

  constructor(home: string) {
    super();
    this.home = home;
  }

  /** Switches of the command line. */
  readonly switches = new Set<string>();
  readonly commandLine = { hasSwitch: (name: string) => this.switches.has(name) };

  readonly enableSandbox: App['enableSandbox'] = () => void this.calls.push('enableSandbox');
  readonly requestSingleInstanceLock: App['requestSingleInstanceLock'] = () => this.firstInstance;
  readonly whenReady: App['whenReady'] = async () => void this.calls.push('ready');
  readonly getAppPath: App['getAppPath'] = () => this.home;
  readonly getPath: App['getPath'] = () => this.home;
  readonly getName: App['getName'] = () => 'Impulse Console';
  readonly getVersion: App['getVersion'] = () => '1.2.3';
  readonly setAboutPanelOptions: App['setAboutPanelOptions'] = () => {};
  readonly showAboutPanel: App['showAboutPanel'] = () => void this.calls.push('about');
  readonly setAppUserModelId: App['setAppUserModelId'] = () => {};
  readonly setAsDefaultProtocolClient: App['setAsDefaultProtocolClient'] = (scheme) => {
    this.calls.push(`scheme ${scheme}`);
    return true;
  };
  readonly setLoginItemSettings: App['setLoginItemSettings'] = ({ openAtLogin }) =>
    void this.calls.push(`login ${openAtLogin}`);
  /** Like Electron, asks first and ends if no listener objects. */
  readonly quit: App['quit'] = () => {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.quits += 1;
  };
}

/** A double of all parts of Electron that the shell uses, with access for tests. */
export class ElectronDouble {
  readonly app: AppDouble;
  readonly session = new SessionDouble();
  readonly windows: WindowDouble[] = [];
  readonly children: { child: ChildDouble; path: string; args: string[] }[] = [];
  readonly opened: string[] = [];
  readonly boxes: MessageBoxOptions[] = [];
  readonly notifications: string[] = [];
  readonly trayLines: string[] = [];
  readonly ipcMain = new EventEmitter();
  readonly powerMonitor = new EventEmitter();
  menu: MenuItemConstructorOptions[] = [];
  trayMenu: MenuItemConstructorOptions[] = [];
  /** Screens and windows that can be shared in a call. */
  readonly sources = [
    { id: 'screen:1:0', name: 'Screen 1' },
    { id: 'window:7:0', name: 'Letters' },
  ];
  /** Answers to message boxes, in order; afterwards each is cancelled. */
  answers: number[] = [];
  keyStore: 'gnome_libsecret' | 'basic_text' = 'gnome_libsecret';

  constructor(home: string) {
    this.app = new AppDouble(home);
  }

  get window(): WindowDouble {
    const window = this.windows.at(-1);
    if (window === undefined) throw new Error('no window was opened');
    return window;
  }

  get child(): ChildDouble {
    const last = this.children.at(-1);
    if (last === undefined) throw new Error('no node process was forked');
    return last.child;
  }

  /** The double as the shell's type. The cast is needed because Electron's classes have private members. */
  api(): ElectronApi {
    // oxlint-disable-next-line typescript/no-this-alias -- the nested class below needs the outer double
    const double = this;
    const parts: Record<keyof ElectronApi, unknown> = {
      app: this.app,
      desktopCapturer: { getSources: async () => this.sources },
      ipcMain: this.ipcMain,
      powerMonitor: this.powerMonitor,
      session: { defaultSession: this.session },
      protocol: { registerSchemesAsPrivileged: () => void this.app.calls.push('registerScheme') },
      shell: {
        openExternal: async (url: string) => void this.opened.push(url),
        openPath: async (path: string) => {
          this.opened.push(path);
          return '';
        },
      } satisfies Partial<ElectronApi['shell']>,
      dialog: {
        showMessageBox: async (options: MessageBoxOptions) => {
          this.boxes.push(options);
          return { response: this.answers.shift() ?? options.cancelId ?? 0, checkboxChecked: false };
        },
        showErrorBox: (title: string) => void this.boxes.push({ message: title }),
      },
      safeStorage: {
        isAsyncEncryptionAvailable: async () => true,
        getSelectedStorageBackend: () => this.keyStore,
        encryptStringAsync: async (text: string) => Buffer.from(text).reverse(),
        decryptStringAsync: async (data: Buffer) => ({
          result: Buffer.from(data).reverse().toString(),
          shouldReEncrypt: false,
        }),
      } satisfies Partial<ElectronApi['safeStorage']>,
      screen: {
        getPrimaryDisplay: () => ({ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }),
        getAllDisplays: () => [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
      },
      nativeImage: { createFromPath: () => ({ isEmpty: () => false }) },
      Menu: {
        buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
        setApplicationMenu: (menu: MenuItemConstructorOptions[]) => void (this.menu = menu),
      },
      utilityProcess: {
        fork: (path: string, args: string[]) => {
          const child = new ChildDouble();
          this.children.push({ child, path, args });
          return child;
        },
      },
      MessageChannelMain: class {
        readonly port1 = {};
        readonly port2 = {};
      },
      Notification: class {
        static readonly isSupported = () => true;
        readonly #body: string;
        constructor({ body }: { body: string }) {
          this.#body = body;
        }
        show() {
          double.notifications.push(this.#body);
        }
      },
      Tray: class extends EventEmitter {
        readonly setToolTip = (line: string) => void double.trayLines.push(line);
        readonly setContextMenu = (menu: MenuItemConstructorOptions[]) => void (double.trayMenu = menu);
        readonly destroy = () => {};
      },
      BrowserWindow: class extends WindowDouble {
        constructor(options: BrowserWindowConstructorOptions) {
          super(options);
          double.windows.push(this);
          double.app.emit('web-contents-created', {}, this.webContents);
        }
      },
    };
    return parts as unknown as ElectronApi;
  }
}
