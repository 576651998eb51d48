import { spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { fetchElectron } from './electron.ts';
import { lean } from './lean.ts';
import { ensureWorker, waysHere } from './worker.ts';

/**
 * Builds what changed and opens the console: `npm start [-- --data DIR] [--headless] [--no-open] [--port N]`.
 * In Electron if its binary and a display are available, else in a browser served by the headless host.
 */

const root = resolve(import.meta.dirname, '..');
const { values } = optionsGiven();
const { DISPLAY, WAYLAND_DISPLAY } = process.env;
const display = process.platform !== 'linux' || Boolean(DISPLAY ?? WAYLAND_DISPLAY);
const data = values.data === undefined ? [] : ['--data', resolve(values.data)];

const report = (line: string) => console.log(line);
// Only calls need it, so nothing of it may keep the console from opening.
const worker = ensureWorker(waysHere(report), { mayBuild: false, report }).catch((error: unknown) => ({
  path: null,
  missing: `Calls cannot be hosted: ${error instanceof Error ? error.message : String(error)}`,
}));
try {
  await build({ root, report });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error('The build failed, so there is nothing to start.');
  process.exit(1);
}
const found = await worker;
if (found.path === null) report(found.missing);
process.exitCode = await open();

function optionsGiven() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        headless: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('The options are --data DIR, --port N, --headless and --no-open.');
    process.exit(2);
  }
}

async function open(): Promise<number> {
  if (values.headless) return serve();
  if (!display) {
    console.log('There is no display here, so the console is served for a browser.');
    return serve();
  }
  if (process.getuid?.() === 0) {
    console.log('Electron does not run as root, so the console opens in the browser.');
    return serve();
  }
  const electron = await fetchElectron(report);
  if (electron === null) {
    console.log('Electron is not available here, so the console opens in the browser.');
    return serve();
  }
  const env =
    values.data === undefined ? process.env : { ...process.env, IMPULSE_DATA: resolve(values.data) };
  return ended(spawn(electron, [root], { stdio: 'inherit', env }));
}

/** Runs the host, opens its address, and exits when the host exits. */
function serve(): Promise<number> {
  const port = values.port === undefined ? [] : ['--port', values.port];
  const host = spawn(process.execPath, [...lean.flags, cli(), 'serve', '--json', ...port, ...data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...lean.env, ...process.env },
  });
  let said = '';
  let isServing = false;
  host.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
    if (isServing || !said.includes('"url": ')) return;
    isServing = true;
    openConsole();
  });
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => host.kill(name));
  return ended(host).then((code) => (code === 3 ? alreadyRunning() : refused(said, code)));
}

/** Another program uses this data directory: its console is opened, if it is a node that serves one. */
function alreadyRunning(): number {
  if (openConsole()) return 0;
  console.error('Another program uses the data directory. Stop it, or choose another with --data.');
  return 3;
}

/**
 * Opens the console in the browser, or prints its address on a terminal: a file must not hold a code. Returns whether a node
 * serves a console.
 */
function openConsole(): boolean {
  const opens = display && !values['no-open'] && !values.headless;
  if (!opens && !process.stdout.isTTY) {
    console.log('The node serves its console. “impulse open --print” prints an address of it.');
    return true;
  }
  const asked = [cli(), 'open', ...(opens ? [] : ['--print']), ...data];
  const { stdout, stderr, status } = spawnSync(process.execPath, asked, { encoding: 'utf8' });
  if (status !== 0) console.error(stderr);
  else if (process.stdout.isTTY) console.log(`\n${stdout}`);
  else console.log('The console opens in the browser.');
  return status === 0;
}

function refused(said: string, code: number): number {
  const problem = /"message": "([^"]+)",\s+"remedy": (?:"([^"]+)"|null)/.exec(said);
  if (code !== 0 && problem) console.error([problem[1], problem[2]].filter(Boolean).join('\n'));
  return code;
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((done) => {
    child.once('error', (error) => {
      console.error(`It could not be started: ${error.message}`);
      done(1);
    });
    child.once('exit', (code, signal) => done(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
  });
}

function cli(): string {
  return join(root, 'dist', 'node', 'cli.js');
}
