import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cachedWorker, MEDIASOUP_VERSION, workerName } from '../app/main/platform/mediasoup/worker-path.ts';

/**
 * The media process of calls, mediasoup-worker: `npm run worker` fetches or builds it. The program runs without it and says
 * that it cannot host calls. native/README.md describes where it comes from.
 */

const root = resolve(import.meta.dirname, '..');
const FETCH_LIMIT_MS = 20_000;
/** A failed download is not tried again for a day, so that a start without network is not delayed. */
const REMEMBER_MS = 24 * 60 * 60_000;
const COMMAND = 'npm run worker';

/** The facts by which {@link ensureWorker} decides; {@link waysHere} has those of this machine. */
export interface WorkerWays {
  /** The value of MEDIASOUP_WORKER_BIN. */
  readonly named: string | undefined;
  /** Where the worker is kept; null if the person has no folder for caches. */
  readonly cached: string | null;
  /** Why the file is no worker that runs here, as the end of a sentence; null if it is one. */
  fault(path: string): string | null;
  /** Whether a download is worth a try: the last one did not just fail. */
  mayDownload(): boolean;
  /** Puts the official worker to `path` if it can. */
  download(path: string): Promise<void>;
  /** The parts that are missing for a build, as a sentence; null if nothing is. May install it. */
  prepareBuild(): string | null;
  /** Puts a worker built from the sources to `path` if it can. */
  build(path: string): Promise<void>;
}

export type WorkerFound =
  | { readonly path: string; readonly by: 'name' | 'cache' | 'download' | 'build' }
  /** `missing` is a sentence with what can be done. */
  | { readonly path: null; readonly missing: string };

/**
 * A worker that runs here: the one that is named, else the cached one, else the official one, else one built from the
 * sources.
 *
 * @param mayBuild whether a build of minutes is acceptable.
 */
export async function ensureWorker(
  ways: WorkerWays,
  { mayBuild, report }: { readonly mayBuild: boolean; readonly report: (line: string) => void },
): Promise<WorkerFound> {
  const { named, cached } = ways;
  if (named) {
    const fault = ways.fault(named);
    if (fault === null) return { path: named, by: 'name' };
    return missing(`MEDIASOUP_WORKER_BIN names ${named}, which ${fault}.`);
  }
  if (cached === null) return missing('There is no folder for caches: set HOME or MEDIASOUP_WORKER_BIN.');
  let fault = ways.fault(cached);
  if (fault === null) return { path: cached, by: 'cache' };
  if (mayBuild || ways.mayDownload()) {
    report(`Fetching the media process of calls, for at most ${FETCH_LIMIT_MS / 1000} seconds.`);
    await ways.download(cached);
    fault = ways.fault(cached);
    if (fault === null) return { path: cached, by: 'download' };
  }
  if (!mayBuild) {
    return missing(`Calls cannot be hosted: the media process ${fault}. “${COMMAND}” fetches or builds it.`);
  }
  const lacking = ways.prepareBuild();
  if (lacking !== null) return missing(lacking);
  // A worker that was built before may have lacked only a library that is there now.
  if (ways.fault(cached) === null) return { path: cached, by: 'cache' };
  report('Building the media process of calls from its sources, about ten minutes; this happens once.');
  await ways.build(cached);
  fault = ways.fault(cached);
  if (fault === null) return { path: cached, by: 'build' };
  return missing(`The media process could not be built: it ${fault}. The output of the build is above.`);
}

const missing = (sentence: string): WorkerFound => ({ path: null, missing: sentence });

/** The ways of this machine. */
export function waysHere(report: (line: string) => void): WorkerWays {
  const { env, platform, arch } = process;
  const cached = cachedWorker({ env, platform, arch, home: homeFolder() });
  const failure = cached === null ? null : `${dirname(cached)}.unavailable`;
  return {
    named: env['MEDIASOUP_WORKER_BIN'],
    cached,
    fault,
    mayDownload: () =>
      failure === null || !existsSync(failure) || Date.now() - statSync(failure).mtimeMs > REMEMBER_MS,
    async download(path) {
      const fetched = await fetchOfficial();
      mkdirSync(dirname(path), { recursive: true });
      if (fetched === null) {
        if (failure !== null) writeFileSync(failure, `It is tried again after a day, or by: ${COMMAND}\n`);
        return;
      }
      keep(fetched, path);
      if (failure !== null) rmSync(failure, { force: true });
    },
    prepareBuild: () => prepareBuild(report),
    async build(path) {
      const script = join(root, 'native', 'mediasoup-worker', 'build.sh');
      const { status, stdout, stderr } = spawnSync('sh', [script, packageFolder(), path], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      if (status !== 0) report(`${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n'));
    },
  };
}

const homeFolder = (): string | null => {
  try {
    return homedir();
  } catch {
    return null;
  }
};

const packageFolder = () => join(root, 'node_modules', 'mediasoup');

/** Without the environment that mediasoup sets, a worker that can run exits with 41. */
const OWN_CODE = 41;

function fault(path: string): string | null {
  if (!existsSync(path)) return 'is not installed';
  const { status } = spawnSync(path, { env: {}, stdio: 'ignore', timeout: 10_000 });
  if (status === OWN_CODE) return null;
  const lacking = librariesLacking(path);
  return lacking.length === 0 ? 'does not run on this system' : `lacks ${lacking.join(', ')}`;
}

function librariesLacking(path: string): string[] {
  if (process.platform !== 'linux') return [];
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found$/gm)].map(([, library]) => library!);
}

/** The libraries that the program needs beyond those of every Linux system. */
export function librariesOf(path: string): string[] {
  if (process.platform !== 'linux') return [];
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  const common = /^(linux-vdso|ld-linux|libc|libm|libgcc_s|libstdc\+\+|libpthread|libdl|librt)[.-]/;
  return [...(stdout ?? '').matchAll(/^\s*([\w.+-]+) => /gm)]
    .map(([, library]) => library!)
    .filter((library) => !common.test(library));
}

/** Runs mediasoup's own installer for the download alone: without Python its build from downloads ends at once. */
async function fetchOfficial(): Promise<string | null> {
  const official = join(packageFolder(), 'worker', 'out', 'Release', workerName(process.platform));
  if (!existsSync(official)) {
    const { MEDIASOUP_WORKER_BIN: _named, ...env } = process.env;
    await quietly(process.execPath, ['npm-scripts.mjs', 'postinstall'], {
      cwd: packageFolder(),
      env: { ...env, PYTHON: 'false' },
    });
  }
  return fault(official) === null ? official : null;
}

function quietly(
  file: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  return new Promise((done) => {
    const child = spawn(file, args, { ...options, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), FETCH_LIMIT_MS);
    const end = () => {
      clearTimeout(timer);
      done();
    };
    child.once('error', end);
    child.once('exit', end);
  });
}

/** Puts the file to its place in one step, so that no half of it is ever started. */
function keep(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const part = `${to}.${process.pid}`;
  copyFileSync(from, part);
  chmodSync(part, 0o755);
  renameSync(part, to);
}

/** Checks the tools of the build; as root on Debian and its derivatives, apt installs them. */
function prepareBuild(report: (line: string) => void): string | null {
  if (process.platform === 'win32' || process.platform === 'darwin') {
    return `The media process cannot be built by this project on this system. Build mediasoup-worker ${MEDIASOUP_VERSION} as mediasoup.org describes, and name it in MEDIASOUP_WORKER_BIN.`;
  }
  const packages = readFileSync(join(root, 'native', 'mediasoup-worker', 'apt-packages.txt'), 'utf8').trim();
  const isThere = (tool: string) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
  const isDebian = existsSync('/etc/debian_version');
  if (isDebian && process.getuid?.() === 0) {
    report('Installing what the build of the media process needs.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (args: string[]) =>
      spawnSync('apt-get', ['-qq', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status;
    const install = ['install', '--no-install-recommends', ...packages.split(' ')];
    if (apt(install) !== 0) {
      apt(['update']);
      apt(install);
    }
  }
  const lacking = ['g++', 'meson', 'ninja', 'pkg-config', 'flatc'].filter((tool) => !isThere(tool));
  if (lacking.length === 0) return null;
  const hint = isDebian
    ? `Run: sudo apt-get install ${packages}`
    : `Install them, and the libraries that ${join('native', 'README.md')} names`;
  return `Calls cannot be hosted: the build of the media process needs ${lacking.join(', ')}. ${hint}; then run “${COMMAND}”.`;
}

if (import.meta.main) {
  const report = (line: string) => console.log(line);
  const found = await ensureWorker(waysHere(report), { mayBuild: true, report });
  if (found.path === null) {
    console.error(found.missing);
    process.exit(1);
  }
  console.log(`mediasoup-worker ${MEDIASOUP_VERSION} is ready: ${found.path}`);
}
