import { readFileSync, writeFileSync } from 'node:fs';
import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import type { Clock } from '../kernel/clock.ts';
import type { ElectronApi } from './electron.ts';
import { CONSOLE_ORIGIN } from './protocol.ts';
import { MIN_SIZE, parseWindowState, placeWindow, type WindowState } from './window-state.ts';

const SAVE_DELAY_MS = 500;

interface WindowSetup {
  /** Absolute path of the built preload. */
  readonly preload: string;
  /** Path of the file with position and size. */
  readonly stateFile: string;
  readonly packaged: boolean;
  /** False when the system started the program at login. */
  readonly show: boolean;
  readonly clock: Clock;
}

/** Preferences of a console page: sandboxed, without Node.js, isolated from the preload. */
function webPreferences(
  preload: string,
  packaged: boolean,
): BrowserWindowConstructorOptions['webPreferences'] {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    // Dictionaries would be downloaded from a third party.
    spellcheck: false,
    devTools: !packaged,
  };
}

/**
 * Opens the console's window at its last position.
 *
 * @param route hash route of the console, such as `#/join/…`, or an empty string.
 */
export function openWindow(electron: ElectronApi, setup: WindowSetup, route: string): BrowserWindow {
  const { bounds, maximised } = placeWindow(readState(setup.stateFile), workAreas(electron));
  const window = new electron.BrowserWindow({
    ...bounds,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    backgroundColor: '#0c0f1a',
    title: 'Impulse Console',
    webPreferences: webPreferences(setup.preload, setup.packaged),
  });
  if (setup.show) window.once('ready-to-show', () => window.show());
  if (maximised) window.once('show', () => window.maximize());
  keepState(window, setup);
  void window.loadURL(`${CONSOLE_ORIGIN}/${route}`);
  return window;
}

function workAreas({ screen }: ElectronApi) {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  return [primary, ...others].map(({ workArea }) => workArea);
}

function readState(file: string): WindowState | null {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Writes the state shortly after each change, so that it survives a power cut, and on closing. */
function keepState(window: BrowserWindow, { stateFile, clock }: WindowSetup): void {
  let cancel = () => {};
  const write = () => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximised: window.isMaximized() };
    try {
      // Synchronous: on quitting the process ends right after the window closed.
      writeFileSync(stateFile, JSON.stringify(state), { mode: 0o600 });
    } catch {
      // If the file cannot be written, only the window's position is lost.
    }
  };
  const changed = () => {
    cancel();
    cancel = clock.after(SAVE_DELAY_MS, () => {
      if (!window.isDestroyed()) write();
    });
  };
  window.on('resize', changed);
  window.on('move', changed);
  window.on('maximize', changed);
  window.on('unmaximize', changed);
  window.on('close', () => {
    cancel();
    write();
  });
}
