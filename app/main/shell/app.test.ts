import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsoleApp } from './app.ts';
import { ElectronDouble } from './electron.double.ts';
import { ManualClock } from './manual-clock.ts';

const invite = 'impulse://join/bafyabc?s=secret';
const route = `#/join/${encodeURIComponent(invite)}`;
let home: string;
let electron: ElectronDouble;
let clock: ManualClock;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'impulse-shell-'));
  electron = new ElectronDouble(home);
  clock = new ManualClock();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const start = (argv: string[] = [], platform: NodeJS.Platform = 'win32') =>
  ConsoleApp.start(
    electron.api(),
    { platform, env: { XDG_CONFIG_HOME: home }, argv: ['impulse', ...argv] },
    clock,
  );
const untilTrue = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5000 });
const consoleFrame = { parent: null, url: 'app://console/' };
const ask = (senderFrame: object | null = consoleFrame, sender: object = electron.window.webContents) =>
  electron.ipcMain.emit('impulse:connect', { sender, senderFrame });

describe('hardening', () => {
  it('enables the sandbox and registers the scheme before Electron is ready', async () => {
    await start();
    expect(electron.app.calls.indexOf('enableSandbox')).toBeLessThan(electron.app.calls.indexOf('ready'));
    expect(electron.app.calls.indexOf('registerScheme')).toBeLessThan(electron.app.calls.indexOf('ready'));
  });

  it('does not start without the sandbox', async () => {
    electron.app.switches.add('no-sandbox');
    await expect(start()).rejects.toMatchObject({ code: 'no-sandbox' });
    expect(electron.app.calls).not.toContain('ready');
  });

  it('opens pages in a sandbox, isolated, without Node.js', async () => {
    await start();
    expect(electron.window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
    expect(electron.window.loaded).toEqual(['app://console/']);
  });

  it('leaves no page, opens no window, attaches no webview; web links go to the system’s browser', async () => {
    await start();
    const { webContents } = electron.window;
    const stopped = (event: string, details: object) => {
      const preventDefault = vi.fn();
      webContents.emit(event, { preventDefault, ...details });
      return preventDefault.mock.calls.length > 0;
    };
    expect(stopped('will-attach-webview', {})).toBe(true);
    expect(stopped('will-frame-navigate', { isMainFrame: true, url: 'https://example.org/' })).toBe(true);
    expect(stopped('will-frame-navigate', { isMainFrame: false, url: 'https://frame.example/' })).toBe(true);
    expect(stopped('will-frame-navigate', { isMainFrame: true, url: 'file:///etc/passwd' })).toBe(true);
    expect(stopped('will-redirect', { url: 'https://example.org/' })).toBe(true);
    expect(stopped('will-frame-navigate', { isMainFrame: true, url: 'app://console/#/boards' })).toBe(false);
    const opening = { url: 'javascript:alert(1)' } as Parameters<
      NonNullable<typeof webContents.openHandler>
    >[0];
    expect(webContents.openHandler?.(opening)).toEqual({ action: 'deny' });
    expect(webContents.openHandler?.({ ...opening, url: 'https://docs.example/' })).toEqual({
      action: 'deny',
    });
    expect(electron.opened).toEqual(['https://example.org/', 'https://docs.example/']);
  });

  it('follows an invite in a post to the page that joins', async () => {
    await start();
    const { webContents } = electron.window;
    webContents.emit('will-frame-navigate', { preventDefault() {}, isMainFrame: true, url: invite });
    expect(webContents.loaded).toEqual([`app://console/${route}`]);
    expect(electron.opened).toEqual([]);
  });

  it('loads nothing from other origins', async () => {
    await start();
    const cancelled = (url: string) => {
      let cancel: boolean | undefined;
      electron.session.beforeRequest?.({ url }, (answer) => (cancel = answer.cancel));
      return cancel;
    };
    expect(cancelled('app://console/main.js')).toBe(false);
    expect(cancelled('https://tracker.example/pixel.png')).toBe(true);
    expect(cancelled('http://127.0.0.1:8080/')).toBe(true);
    expect(cancelled('file:///etc/passwd')).toBe(true);
  });

  it('serves the built console with its policy, and no other files', async () => {
    await mkdir(join(home, 'dist', 'renderer'), { recursive: true });
    writeFileSync(join(home, 'dist', 'renderer', 'index.html'), '<!doctype html>');
    writeFileSync(join(home, 'dist', 'secret.txt'), 'secret');
    await start();
    const served = await electron.session.serve?.(new Request('app://console/'));
    expect(await served?.text()).toBe('<!doctype html>');
    expect(served?.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const address of ['app://console/..%2fsecret.txt', 'app://console/missing.js']) {
      expect((await electron.session.serve?.(new Request(address)))?.status).toBe(404);
    }
  });

  it('grants permissions by the table, and only to the console', async () => {
    await start();
    const contents = electron.window.webContents;
    const checked = (permission: string, origin: string) =>
      Reflect.apply(electron.session.check ?? (() => null), null, [contents, permission, origin, {}]);
    const asked = (permission: string, requestingUrl: string) => {
      const answer = vi.fn();
      Reflect.apply(electron.session.request ?? (() => null), null, [
        contents,
        permission,
        answer,
        { requestingUrl },
      ]);
      return answer.mock.calls[0]?.[0];
    };
    expect(checked('notifications', 'app://console/')).toBe(true);
    expect(asked('fullscreen', 'app://console/')).toBe(true);
    expect(asked('media', 'app://console/')).toBe(true);
    expect(asked('media', 'https://example.org/')).toBe(false);
    expect(asked('geolocation', 'app://console/')).toBe(false);
    expect(asked('notifications', 'https://example.org/')).toBe(false);
    contents.url = 'https://example.org/';
    expect(checked('notifications', 'app://console/')).toBe(false);
  });
});

describe('screens', () => {
  /** Asks for a screen as a page of the console; resolves to the streams that it gets. */
  const shared = (request: object) =>
    new Promise<unknown>((given) => {
      const frame = { url: 'app://console/' };
      Reflect.apply(electron.session.display ?? (() => null), null, [
        { frame, userGesture: true, audioRequested: true, ...request },
        given,
      ]);
    });

  it('are shared only by the choice of a person in a dialog', async () => {
    await start();
    electron.answers = [1];
    expect(await shared({})).toEqual({ video: electron.sources[1], audio: 'loopback' });
    expect(electron.boxes.at(-1)).toMatchObject({ buttons: ['Screen 1', 'Letters', 'Share nothing'] });
    electron.answers = [0];
    expect(await shared({ audioRequested: false })).toEqual({ video: electron.sources[0] });
    electron.answers = [2];
    expect(await shared({})).toBeNull();
  });

  it('are refused to other pages, and without a gesture, before any dialog', async () => {
    await start();
    const before = electron.boxes.length;
    expect(await shared({ userGesture: false })).toBeNull();
    expect(await shared({ frame: { url: 'https://example.org/' } })).toBeNull();
    expect(electron.boxes).toHaveLength(before);
  });
});

describe('the port', () => {
  it('goes to the console once the node is ready, one end each, and again after a restart', async () => {
    await start();
    const { child: first, window } = electron;
    ask();
    expect(window.webContents.sent).toEqual([]);
    first.says({ kind: 'ready' });
    expect(window.webContents.sent).toEqual([{ channel: 'impulse:port', ports: 1 }]);
    expect(first.heard.at(-1)).toMatchObject({ message: { kind: 'client' }, ports: 1 });

    first.emit('exit', 1);
    clock.pass(500);
    await untilTrue(() => electron.children.length === 2 && electron.child.kinds().includes('unlock'));
    electron.child.says({ kind: 'ready' });
    expect(window.webContents.sent).toHaveLength(2);
    expect(electron.child.kinds()).toEqual(['unlock', 'client']);
  });

  it('goes to no other frame, page or window', async () => {
    await start();
    electron.child.says({ kind: 'ready' });
    ask(null);
    ask({ parent: {}, url: 'app://console/' });
    ask({ parent: null, url: 'https://example.org/' });
    ask(consoleFrame, { id: 999 });
    expect(electron.child.kinds()).toEqual(['unlock']);
  });
});

describe('the node process', () => {
  it('gets a key that stays the same, from the system’s key store', async () => {
    await start(['--data', '/srv/board']);
    expect(electron.children[0]).toMatchObject({
      path: join(home, 'dist/node/main.js'),
      args: ['--data', '/srv/board'],
    });
    const [unlock] = electron.child.heard;
    expect(unlock?.message).toMatchObject({ kind: 'unlock', key: expect.any(Uint8Array) });
    electron = new ElectronDouble(home);
    await start();
    expect(electron.child.heard[0]).toEqual(unlock);
  });

  it('gets no key if the key store protects nothing', async () => {
    electron.keyStore = 'basic_text';
    await start([], 'linux');
    expect(electron.child.heard[0]?.message).toEqual({ kind: 'unlock', key: null });
  });

  it('is not started with a new key when the old one cannot be opened', async () => {
    await start();
    electron = new ElectronDouble(home);
    electron.keyStore = 'basic_text';
    await start([], 'linux');
    expect(electron.children).toEqual([]);
    await untilTrue(() => electron.boxes.length === 1);
    expect(electron.boxes[0]?.detail).toContain('key-store-locked');
  });

  it('is told of sleep and waking', async () => {
    await start();
    electron.powerMonitor.emit('suspend');
    electron.powerMonitor.emit('resume');
    expect(electron.child.kinds()).toEqual(['unlock', 'suspend', 'resume']);
  });

  it('is started again after a crash, with a notification, until it is a crash loop', async () => {
    electron.answers = [2];
    await start();
    for (let crash = 1; crash < 6; crash += 1) {
      electron.child.emit('exit', 1);
      clock.pass(30_000);
      await untilTrue(() => electron.children.length === crash + 1 && electron.child.kinds().length === 1);
    }
    expect(electron.notifications).toHaveLength(5);
    electron.child.stderr.emit('data', Buffer.from('Error: the disk is on fire'));
    electron.child.emit('exit', 7);
    await untilTrue(() => electron.app.quits === 1);
    expect(electron.boxes[0]?.message).toContain('ended 6 times in a row, last with code 7');
    expect(electron.boxes[0]?.detail).toContain('the disk is on fire');
    expect(electron.children).toHaveLength(6);
  });

  it('is not started again if it reports that it cannot run, unless the person asks', async () => {
    electron.answers = [0];
    await start();
    electron.child.says({
      kind: 'fatal',
      code: 'data-locked',
      message: 'Another node runs.',
      remedy: 'End it.',
    });
    electron.child.emit('exit', 1);
    await untilTrue(() => electron.children.length === 2);
    expect(electron.boxes[0]).toMatchObject({ message: 'Another node runs.' });
    expect(electron.notifications).toEqual([]);
  });

  it('is killed if it hangs after reporting that it cannot run', async () => {
    electron.answers = [2];
    await start();
    electron.child.says({ kind: 'fatal', code: 'x', message: 'No.', remedy: null });
    clock.pass(3000);
    expect(electron.child.killed).toBe(true);
  });

  it('cannot break the shell with malformed messages', async () => {
    await start();
    for (const message of [null, 'ready', { kind: 'quit' }, { kind: 'settings', closeToTray: 'yes' }]) {
      electron.child.says(message);
    }
    ask();
    expect(electron.window.webContents.sent).toEqual([]);
  });
});

describe('quitting', () => {
  it('stops the node gracefully before the program ends', async () => {
    await start();
    const { child } = electron;
    electron.app.quit();
    expect(electron.app.quits).toBe(0);
    expect(child.kinds().at(-1)).toBe('stop');
    child.emit('exit', 0);
    await untilTrue(() => electron.app.quits === 1);
    expect(child.killed).toBe(false);
    expect(electron.children).toHaveLength(1);
  });

  it('does not wait longer than the deadline', async () => {
    await start();
    electron.app.quit();
    clock.pass(10_000);
    expect(electron.child.killed).toBe(true);
    await untilTrue(() => electron.app.quits === 1);
  });
});

describe('window and tray', () => {
  it('closing leaves the node running in the tray, which can show the window again', async () => {
    await start();
    electron.window.emit('ready-to-show');
    electron.window.close();
    expect(electron.window).toMatchObject({ destroyed: false, visible: false });
    const open = electron.trayMenu.find(({ label }) => label === 'Open console');
    Reflect.apply(open?.click ?? (() => {}), null, []);
    expect(electron.window.visible).toBe(true);
  });

  it('without a tray the window is minimised', async () => {
    await start([], 'linux');
    electron.window.close();
    expect(electron.window).toMatchObject({ destroyed: false, minimised: true });
  });

  it('closes the program if the sysop chose that', async () => {
    await start();
    electron.child.says({ kind: 'settings', closeToTray: false, startAtLogin: false });
    electron.window.close();
    expect(electron.window.destroyed).toBe(true);
  });

  it('restores the position of the window', async () => {
    await start();
    electron.window.close();
    await vi.waitFor(() =>
      expect(JSON.parse(readFileSync(join(home, 'window.json'), 'utf8')).bounds.width).toBe(1000),
    );
    electron = new ElectronDouble(home);
    await start();
    expect(electron.window.options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 });
  });

  it('shows no window when started at login', async () => {
    await start(['--hidden']);
    electron.window.emit('ready-to-show');
    expect(electron.window.visible).toBe(false);
  });

  it('shows the state of the node', async () => {
    await start();
    electron.child.says({ kind: 'status', name: 'attic', phase: 'ready', peers: 2, unread: 0 });
    expect(electron.trayLines.at(-1)).toBe('Impulse: attic running, 2 peers');
  });

  it('a crashed page is reported and can be reloaded, while the node keeps running', async () => {
    electron.answers = [0];
    await start();
    electron.window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    await untilTrue(() => electron.window.webContents.reloads === 1);
    expect(electron.child.kinds()).toEqual(['unlock']);
  });
});

describe('starting', () => {
  it('a second instance ends at once and starts nothing', async () => {
    electron.app.firstInstance = false;
    expect(await start()).toBeNull();
    expect(electron.windows).toEqual([]);
    expect(electron.children).toEqual([]);
  });

  it('follows an invite from the first arguments, a second instance or the system', async () => {
    await start([invite]);
    expect(electron.window.loaded).toEqual([`app://console/${route}`]);
    electron.app.emit('second-instance', {}, ['impulse', invite]);
    electron.app.emit('open-url', { preventDefault() {} }, invite);
    electron.app.emit('open-url', { preventDefault() {} }, 'impulse://settings/reset');
    expect(electron.window.loaded).toHaveLength(3);
    expect(electron.window.visible).toBe(true);
  });

  it('follows an invite that arrived before Electron was ready', async () => {
    const started = start();
    electron.app.emit('open-url', { preventDefault() {} }, invite);
    await started;
    expect(electron.window.loaded).toEqual([`app://console/${route}`]);
  });

  it('registers links and autostart only for an installed program', async () => {
    await start();
    electron.child.says({ kind: 'settings', closeToTray: true, startAtLogin: true });
    expect(electron.app.calls.filter((call) => /scheme |login/.test(call))).toEqual([]);
    electron = new ElectronDouble(home);
    electron.app.isPackaged = true;
    await start();
    electron.child.says({ kind: 'settings', closeToTray: true, startAtLogin: true });
    expect(electron.app.calls).toEqual(expect.arrayContaining(['scheme impulse', 'login true']));
  });

  it('writes and removes an autostart entry on Linux', async () => {
    electron.app.isPackaged = true;
    await start([], 'linux');
    const entry = join(home, 'autostart', 'impulse-console.desktop');
    electron.child.says({ kind: 'settings', closeToTray: true, startAtLogin: true });
    await vi.waitFor(() => expect(readFileSync(entry, 'utf8')).toContain('--hidden'));
    electron.child.says({ kind: 'settings', closeToTray: true, startAtLogin: false });
    await vi.waitFor(() => expect(() => readFileSync(entry)).toThrow('ENOENT'));
  });
});
