import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, getRawHeader } from '@electron/asar';

/** A platform and architecture as in the name of a native part: `linux-x64`, `win32-arm64`. */
export type Target = `${NodeJS.Platform}-${'x64' | 'arm64'}`;

interface PackageReport {
  /** The faults, one sentence each; empty if the package is sound. */
  readonly problems: string[];
  readonly files: number;
  /** The archive and the unpacked files beside it. */
  readonly sizeBytes: number;
}

/** The files that belong inside; sources, tests, maps and bundled packages do not. */
const expected = [
  /^package\.json$/,
  /^LICENSE$/,
  /^dist\/node\/([\w.-]+(?<!\.test)\.js|licences\.txt)$/,
  /^dist\/shell\/(main\.cjs|tray(Template)?(@2x)?\.png)$/,
  /^dist\/preload\/preload\.cjs$/,
  /^dist\/renderer\/(?!.*\.(map|tsx?)$).+$/,
  /^node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/(methods\/)?[\w-]+\.js)$/,
  /^node_modules\/@chainsafe\/blst\/(package\.json|LICENSE|index\.js)$/,
  /^resources\/models\/[\w.-]+\.(onnx|json|md|bin)$/,
  /^node_modules\/onnxruntime-node\/(package\.json|dist\/[\w-]+\.js)$/,
  /^node_modules\/onnxruntime-common\/(package\.json|dist\/cjs\/([\w-]+\.js|package\.json))$/,
  /^node_modules\/@jsquash\/(jpeg|png|webp)\/(package\.json|LICENSE|codec\/(dec|pkg)\/\w+\.(js|wasm))$/,
];
const required = [
  'package.json',
  'dist/node/main.js',
  'dist/node/licences.txt',
  'dist/shell/main.cjs',
  'dist/shell/tray.png',
  'dist/preload/preload.cjs',
  'dist/renderer/index.html',
  'node_modules/better-sqlite3/package.json',
  'node_modules/@chainsafe/blst/index.js',
  'resources/models/manifest.json',
  'node_modules/onnxruntime-node/package.json',
  'node_modules/onnxruntime-common/package.json',
  'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  'node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  'node_modules/@jsquash/webp/codec/dec/webp_dec.wasm',
];

/**
 * Checks a packed program: it holds all needed files and no others, and the machine code of only this target
 * is unpacked beside the archive.
 *
 * @param resources folder that holds `app.asar`.
 * @param hasWorker whether the media process of calls was packed too.
 */
export function checkPackage(resources: string, target: Target, hasWorker = false): PackageReport {
  const archive = join(resources, 'app.asar');
  if (!existsSync(archive)) return { problems: [`There is no ${archive}.`], files: 0, sizeBytes: 0 };
  const natives = nativesOf(target);
  const isNative = (file: string) => natives.some(({ holds }) => holds(file));
  const { files, unpacked } = contents(archive);
  const beside = filesUnder(`${archive}.unpacked`);
  const problems = [
    ...files
      .filter((file) => !isNative(file) && !expected.some((pattern) => pattern.test(file)))
      .map((file) => `${file} is inside and need not be.`),
    ...required.filter((file) => !files.includes(file)).map((file) => `${file} is missing.`),
    ...natives
      .filter(({ holds }) => !files.some((file) => holds(file) && file.endsWith('.node')))
      .map(({ name }) => `${name} is missing.`),
    ...files
      .filter((file) => isMachineCode(file) && !unpacked.has(file))
      .map((file) => `${file} is machine code and lies inside the archive, where it cannot be loaded.`),
    ...[...unpacked]
      .filter((file) => !beside.includes(file))
      .map((file) => `${file} should lie unpacked and does not.`),
    ...beside
      .filter((file) => !isMachineCode(file) || !isNative(file))
      .map((file) => `${file} lies unpacked and need not.`),
    ...(files.includes('package.json') ? manifestProblems(archive) : []),
    ...(hasWorker ? workerProblems(resources, target) : []),
  ];
  const unpackedBytes = beside.reduce(
    (sum, file) => sum + statSync(join(`${archive}.unpacked`, file)).size,
    0,
  );
  return { problems, files: files.length, sizeBytes: statSync(archive).size + unpackedBytes };
}

/** The faults of the media process, a program beside the archive. */
function workerProblems(resources: string, target: Target): string[] {
  const name = target.startsWith('win32') ? 'mediasoup-worker.exe' : 'mediasoup-worker';
  const worker = join(resources, name);
  if (!existsSync(worker)) return [`${name} is missing.`];
  const isProgram = target.startsWith('win32') || (statSync(worker).mode & 0o111) !== 0;
  return isProgram ? [] : [`${name} cannot be executed.`];
}

const isMachineCode = (file: string) => file.endsWith('.node') || file.includes('/napi-v6/');

/** The machine code of one target: SQLite's by its name, BLS's and QUIC's in the package that npm chose. */
function nativesOf(target: Target): { name: string; holds: (file: string) => boolean }[] {
  const sqlite = `node_modules/better-sqlite3/prebuilds/${target}.node`;
  const bls = `node_modules/@chainsafe/blst-${target}`;
  const quic = `node_modules/@chainsafe/libp2p-quic-${target}`;
  const runtime = `node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}/`;
  return [
    { name: sqlite, holds: (file) => file === sqlite },
    {
      name: bls,
      holds: (file) =>
        file.startsWith(bls) && /^(-\w+)?\/(package\.json|blst\.[\w-]+\.node)$/.test(file.slice(bls.length)),
    },
    // There is none for Windows on ARM, where a node runs without QUIC.
    ...(target === 'win32-arm64'
      ? []
      : [
          {
            name: quic,
            holds: (file: string) =>
              file.startsWith(quic) &&
              /^(-\w+)?\/(package\.json|libp2p-quic\.[\w-]+\.node)$/.test(file.slice(quic.length)),
          },
        ]),
    // The runtime's libraries are beside its binding and have different names on each system.
    { name: `${runtime}onnxruntime_binding.node`, holds: (file) => file.startsWith(runtime) },
  ];
}

/** The fuses of every release, in Electron's order; electron-builder.yml gives the reasons. */
const fuses: readonly (readonly [name: string, on: boolean])[] = [
  ['runAsNode', false],
  ['enableCookieEncryption', true],
  ['enableNodeOptionsEnvironmentVariable', false],
  ['enableNodeCliInspectArguments', false],
  ['enableEmbeddedAsarIntegrityValidation', true],
  ['onlyLoadAppFromAsar', true],
  ['loadBrowserProcessSpecificV8Snapshot', false],
  ['grantFileProtocolExtraPrivileges', false],
];
/** The marker before the fuses in every Electron binary (see the package @electron/fuses). */
const SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1');
const FUSE_OFF = 0x30;
const FUSE_ON = 0x31;

/** The faults of an Electron binary's fuses, one sentence each. */
export function checkFuses(binary: Buffer): string[] {
  const at = binary.indexOf(SENTINEL);
  if (at === -1) return ['The binary has no fuses.'];
  const wire = binary.subarray(at + SENTINEL.length + 2);
  const problems = fuses
    .filter(([, on], index) => wire[index] !== (on ? FUSE_ON : FUSE_OFF))
    .map(([name, on]) => `The fuse ${name} is not ${on ? 'on' : 'off'}.`);
  const length = binary[at + SENTINEL.length + 1] ?? 0;
  for (let index = fuses.length; index < length; index += 1) {
    if (wire[index] === FUSE_ON) problems.push(`Fuse ${index} of this Electron is on and was not decided.`);
  }
  return problems;
}

/** Part of an Electron binary with every fuse inverted, to check that all of them are set. */
export function undecidedFuses(): Buffer {
  const wire = fuses.map(([, on]) => (on ? FUSE_OFF : FUSE_ON));
  return Buffer.concat([Buffer.from('stand-in\n'), SENTINEL, Buffer.from([1, wire.length, ...wire])]);
}

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>;
  readonly unpacked?: boolean;
}

function contents(archive: string): { files: string[]; unpacked: Set<string> } {
  const files: string[] = [];
  const unpacked = new Set<string>();
  const walk = (entry: Entry, path: string) => {
    if (entry.files === undefined) {
      files.push(path);
      if (entry.unpacked === true) unpacked.add(path);
      return;
    }
    for (const [name, child] of Object.entries(entry.files))
      walk(child, path === '' ? name : `${path}/${name}`);
  };
  walk(getRawHeader(archive).header, '');
  return { files, unpacked };
}

function manifestProblems(archive: string): string[] {
  const manifest: unknown = JSON.parse(extractFile(archive, 'package.json').toString('utf8'));
  if (typeof manifest !== 'object' || manifest === null) return ['package.json is no object.'];
  const problems: string[] = [];
  if ('devDependencies' in manifest) problems.push('package.json still names development packages.');
  if (!('type' in manifest) || manifest.type !== 'module')
    problems.push('package.json does not say "type": "module".');
  if (!('main' in manifest) || manifest.main !== 'dist/shell/main.cjs') {
    problems.push('package.json does not start dist/shell/main.cjs.');
  }
  return problems;
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return globSync('**/*', { cwd: folder })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'));
}

/** Reads an Electron binary and checks its fuses. */
export function checkFusesOf(executable: string): string[] {
  return checkFuses(readFileSync(executable));
}
