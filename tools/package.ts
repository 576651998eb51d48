import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { extractAll } from '@electron/asar';
import { build } from './build.ts';
import { checkDesktopEntry, checkInstallers } from './desktop-entries.ts';
import { fetchElectron } from './electron.ts';
import { checkFusesOf, checkPackage, type Target, undecidedFuses } from './package-check.ts';
import { workerName } from '../app/main/platform/mediasoup/worker-path.ts';
import { ensureWorker, librariesOf, waysHere } from './worker.ts';

/**
 * Packs the program: `npm run package [-- electron-builder's options]`.
 *
 * With Electron's binary the installers for this system are written to `release/`. Without it everything but
 * Electron is packed around a placeholder and checked, and the command says so; that is not a failure.
 */

const root = resolve(import.meta.dirname, '..');
const say = (line: string) => console.log(line);

await build({ root, report: say }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  console.error('The build failed, so nothing was packed.');
  process.exit(1);
});
const hosts = `${process.platform}-${process.arch}`;
const hasWorker = await prepareWorker();
const binary = await fetchElectron(say);
const problems = binary === null ? await packAround() : await packRelease(process.argv.slice(2));
for (const problem of problems) console.error(`  ${problem}`);
if (problems.length > 0) {
  console.error(
    problems.length === 1 ? 'The package has a problem.' : `The package has ${problems.length} problems.`,
  );
  process.exit(1);
}

/** Puts the media process of this platform where electron-builder takes it from. Returns whether there is one. */
async function prepareWorker(): Promise<boolean> {
  const folder = join(root, 'dist', 'worker');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, hosts), { recursive: true });
  const worker = await ensureWorker(waysHere(say), { mayBuild: false, report: say });
  if (worker.path === null) {
    say(`Warning: ${worker.missing} Without it the package hosts no calls.`);
    return false;
  }
  const file = join(folder, hosts, workerName(process.platform));
  copyFileSync(worker.path, file);
  chmodSync(file, 0o755);
  const libraries = librariesOf(file);
  if (libraries.length > 0)
    say(
      `Warning: the media process in the package needs ${libraries.join(', ')}; the official one needs none.`,
    );
  return true;
}

async function packRelease(options: string[]): Promise<string[]> {
  const output = join(root, 'release');
  rmSync(output, { recursive: true, force: true });
  const cli = join(root, 'node_modules', 'electron-builder', 'cli.js');
  if (!succeeds([cli, '--publish', 'never', ...options], 'inherit'))
    return ['electron-builder failed; its words stand above.'];
  const archives = globSync('**/app.asar', { cwd: output });
  if (archives.length === 0) return ['electron-builder made no program.'];
  const programs = archives.flatMap((archive) => {
    const resources = join(output, dirname(archive));
    const target = targetOf(archive);
    return [...check(resources, target), ...checkFusesOf(join(resources, '..', fusesLieIn(target)))];
  });
  return [...programs, ...checkInstallers(output)];
}

/** The file with the fuses of a packed Electron, relative to the folder above its resources. */
function fusesLieIn(target: Target): string {
  if (target.startsWith('win32')) return 'Impulse Console.exe';
  if (target.startsWith('darwin')) return 'Frameworks/Electron Framework.framework/Electron Framework';
  return 'impulse-console';
}

/**
 * The target of a folder that electron-builder unpacked into: `linux-unpacked`, `mac-arm64`,
 * `win-arm64-unpacked`.
 */
function targetOf(archive: string): Target {
  const [folder = ''] = archive.split(/[\\/]/);
  const platform = folder.startsWith('win') ? 'win32' : folder.startsWith('mac') ? 'darwin' : 'linux';
  return `${platform}-${folder.includes('arm64') ? 'arm64' : 'x64'}`;
}

async function packAround(): Promise<string[]> {
  say('Electron is missing and cannot be downloaded: no installer is made; the rest is packed and checked.');
  const scratch = mkdtempSync(join(tmpdir(), 'impulse-package-'));
  try {
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    const standIn = join(scratch, 'electron');
    mkdirSync(join(standIn, 'resources'), { recursive: true });
    writeFileSync(join(standIn, 'electron'), undecidedFuses());
    chmodSync(join(standIn, 'electron'), 0o755);
    const output = join(scratch, 'release');
    if (!succeeds([join(root, 'tools', 'pack-unpacked.ts'), arch, standIn, output], 'pipe')) {
      return ['electron-builder failed; its words stand above.'];
    }
    const entry = join(output, 'computed.desktop');
    const [archive] = globSync('*/resources/app.asar', { cwd: output });
    if (archive === undefined) return ['electron-builder made no program.'];
    const resources = join(output, dirname(archive));
    return [
      ...check(resources, `linux-${arch}`),
      ...checkFusesOf(join(resources, '..', 'impulse-console')),
      ...checkDesktopEntry(readFileSync(entry, 'utf8'), 'The desktop entry of the AppImage'),
      ...runsUnpacked(resources, join(scratch, 'program')),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function check(resources: string, target: Target): string[] {
  const { problems, files, sizeBytes } = checkPackage(resources, target, hasWorker && target === hosts);
  const megabytes = (sizeBytes / 1024 / 1024).toFixed(1);
  const verdict = problems.length === 0 ? 'nothing missing, nothing superfluous' : 'not sound';
  say(`${target}: ${files} files, ${megabytes} MB without Electron, ${verdict}`);
  return problems;
}

/** Checks that the command line starts from the packed files alone, native parts included. */
function runsUnpacked(resources: string, folder: string): string[] {
  if (process.platform !== 'linux') return [];
  extractAll(join(resources, 'app.asar'), folder);
  const trial = (args: string[]) =>
    spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 30_000 });
  const native = trial([
    '--input-type=module',
    '-e',
    "new (await import('better-sqlite3')).default(':memory:').close(); await import('@chainsafe/blst')",
  ]);
  const command = trial(['dist/node/cli.js', '--help']);
  return [
    ...(native.status === 0 ? [] : [`The packed native parts do not load: ${native.stderr.trim()}`]),
    ...(command.status === 0 ? [] : [`The packed command line does not start: ${command.stderr.trim()}`]),
  ];
}

/** Runs a script with electron-builder; output that is not shown at once is shown if it fails. */
function succeeds(args: string[], stdio: 'inherit' | 'pipe'): boolean {
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0 && stdio === 'pipe') console.error(`${run.stdout}\n${run.stderr}`);
  return run.status === 0;
}
