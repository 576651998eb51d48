// Runs before the installation, so it is plain JavaScript for Node 20 and newer, without packages.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MIN_NODE = 20;
const MIN_NPM = 10;
/**
 * The first npm version that honours `allowScripts`, by which this project allows a single install script.
 */
const NPM_WITH_ALLOW_SCRIPTS = [11, 10];

/** The Node.js that is a dependency of the project and runs everything after this step. */
const projectNode = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** Installs missing packages. Ends the process with a message if that fails. */
export function ensureDependencies() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < MIN_NODE) {
    fail(
      `Node ${process.versions.node} is too old: Impulse Console needs Node ${MIN_NODE} or newer.`,
      'Get it from https://nodejs.org or your system.',
    );
  }
  if (installed()) return;
  const version = npm(['--version'], 'pipe').stdout?.toString().trim() ?? '';
  const [npmMajor = 0, npmMinor = 0] = version.split('.').map(Number);
  if (npmMajor < MIN_NPM) {
    fail(
      `npm ${version || 'is missing or'} is too old: npm ${MIN_NPM} or newer is needed.`,
      'Run: npm install --global npm',
    );
  }
  console.log('Installing what the program needs: about 1.1 GB on disk, a minute or two.');
  const [sinceMajor = 0, sinceMinor = 0] = NPM_WITH_ALLOW_SCRIPTS;
  const careful = npmMajor > sinceMajor || (npmMajor === sinceMajor && npmMinor >= sinceMinor);
  const startedAt = Date.now();
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  let done = npm(['ci', ...quiet, ...(careful ? [] : ['--ignore-scripts'])], 'inherit').status === 0;
  if (done && !existsSync(projectNode))
    done = npm(['rebuild', 'node', '--loglevel=error'], 'inherit').status === 0;
  if (!done || !existsSync(projectNode)) {
    fail(
      'The packages could not be installed; see the output of npm above.',
      'Check the network connection and the free disk space, and run the command again.',
    );
  }
  console.log(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/** Whether every package of package-lock.json is installed in its version. */
function installed() {
  if (!existsSync(projectNode)) return false;
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null || present === null) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const found = present[path];
    // Optional packages may be for other systems.
    if (found === undefined)
      return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version;
  });
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function npm(args, stdio) {
  const own = process.env.npm_execpath;
  const options = { cwd: root, stdio };
  if (own && existsSync(own) && own.endsWith('.js'))
    return spawnSync(process.execPath, [own, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function fail(sentence, remedy) {
  console.error(sentence);
  console.error(remedy);
  process.exit(1);
}

/** Runs a script of the project under the project's Node.js, and exits with its status. */
export function goOn(script, args) {
  const bin = join(root, 'node_modules', '.bin');
  const path =
    process.platform === 'win32' ? `${bin};${process.env.PATH ?? ''}` : `${bin}:${process.env.PATH ?? ''}`;
  const running = spawn(projectNode, [join(root, 'tools', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  // Ctrl-C reaches both processes; the script decides when to end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => running.kill('SIGTERM'));
  running.once('error', (error) =>
    fail(
      `The program could not be started: ${error.message}`,
      'Delete node_modules and run the command again.',
    ),
  );
  running.once('exit', (status) => process.exit(status ?? 1));
}
