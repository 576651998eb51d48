import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build as bundle, type BuildOptions, type Plugin } from 'esbuild';
import { build as buildRenderer } from 'vite';
import { fingerprint } from './fingerprint.ts';
import { licencesOf } from './licences.ts';
import { workerEntries, workerUrls } from './worker-entries.ts';

/** The parts of the program, in the order in which they are built. */
const parts = ['node', 'shell', 'renderer'] as const;
type Part = (typeof parts)[number];

/** Packages with machine code or WebAssembly files cannot be bundled; they ship as packages. */
const nativePackages = [
  'better-sqlite3',
  '@chainsafe/blst',
  'onnxruntime-node',
  '@jsquash/jpeg',
  '@jsquash/png',
  '@jsquash/webp',
];

const always = ['tools/{build,licences,worker-entries}.ts', 'package-lock.json'];
const inputs: Readonly<Record<Part, readonly string[]>> = {
  node: ['app/main/**/*', 'app/contract/**/*', ...always],
  shell: ['app/main/{shell,node,kernel}/**/*', 'app/preload/**/*', 'resources/icons/tray*', ...always],
  renderer: ['app/renderer/**/*', 'app/contract/**/*', ...always],
};

interface BuildRequest {
  /** The checkout. */
  readonly root: string;
  readonly only?: readonly Part[];
  /** Builds unchanged parts too. */
  readonly force?: boolean;
  readonly report?: (line: string) => void;
}

/**
 * Builds the program into `dist/`: bundles for the node process, the headless host and the command line
 * (`dist/node`), the Electron shell and its preload (`dist/shell`, `dist/preload`), and the console's
 * pages (`dist/renderer`). Parts with unchanged inputs are skipped.
 *
 * @throws Error when an entry is missing or does not compile; the message says which.
 */
export async function build({
  root,
  only = parts,
  force = false,
  report = () => {},
}: BuildRequest): Promise<void> {
  const builders: Record<Part, (root: string) => Promise<void>> = {
    node: buildNode,
    shell: buildShell,
    renderer,
  };
  for (const part of only) {
    const mark = join(root, 'dist', part, '.fingerprint');
    const wanted = fingerprint(root, inputs[part]);
    if (!force && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) {
      report(`${part}: unchanged`);
      continue;
    }
    rmSync(mark, { force: true });
    const startedAt = performance.now();
    await builders[part](root);
    writeFileSync(mark, wanted);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    report(`${part}: built in ${seconds} s`);
    for (const folder of part === 'shell' ? ['shell', 'preload'] : [part]) report(sizes(root, folder));
  }
}

/**
 * mediasoup looks for a worker beside its own files when it is loaded, by a variable that ES modules lack. The node names the
 * worker at each start, so any folder will do.
 */
const mediasoupInBundle: Plugin = {
  name: 'mediasoup-in-bundle',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]mediasoup[\\/]node[\\/]lib[\\/]Worker\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('__dirname', "'.'"),
      loader: 'js',
    }));
  },
};

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'silent',
};

async function buildNode(root: string): Promise<void> {
  const outdir = join(root, 'dist', 'node');
  const entries: Record<string, string> = {
    main: 'app/main/node/main.ts',
    cli: 'app/main/cli/main.ts',
    ...workerEntries(globSync('app/main/**/*.worker.ts', { cwd: root }).toSorted()),
  };
  for (const entry of Object.values(entries)) demand(root, entry);
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await bundle({
    ...common,
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    format: 'esm',
    // Flat, so that every worker is beside the chunk that starts it.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    external: nativePackages,
    plugins: [workerUrls, mediasoupInBundle],
    metafile: true,
    // Bundled CommonJS packages load node: modules by require, which ES modules lack.
    banner: {
      js: "import { createRequire as impulseCreateRequire } from 'node:module'; const require = impulseCreateRequire(import.meta.url);",
    },
  });
  writeFileSync(join(outdir, 'licences.txt'), licencesOf(root, metafile));
}

async function buildShell(root: string): Promise<void> {
  const shell = 'app/main/shell/main.ts';
  const preload = 'app/preload/preload.ts';
  for (const entry of [shell, preload]) demand(root, entry);
  for (const folder of ['shell', 'preload'])
    rmSync(join(root, 'dist', folder), { recursive: true, force: true });
  const options: BuildOptions = { ...common, absWorkingDir: root, format: 'cjs', external: ['electron'] };
  await bundle({ ...options, entryPoints: [shell], outfile: join(root, 'dist/shell/main.cjs') });
  // A sandboxed preload can require only electron; any other import fails the build.
  const { metafile } = await bundle({
    ...options,
    platform: 'browser',
    entryPoints: [preload],
    outfile: join(root, 'dist/preload/preload.cjs'),
    metafile: true,
    sourcemap: false,
  });
  for (const { path } of Object.values(metafile.outputs).flatMap((output) => output.imports)) {
    if (path !== 'electron') throw new Error(`The preload imports ${path}, which its sandbox does not have.`);
  }
  for (const icon of globSync('resources/icons/tray*.png', { cwd: root })) {
    cpSync(join(root, icon), join(root, 'dist/shell', icon.replace(/^.*[\\/]/, '')));
  }
}

async function renderer(root: string): Promise<void> {
  const configFile = join(root, 'app/renderer/vite.config.ts');
  demand(root, 'app/renderer/vite.config.ts');
  const outDir = join(root, 'dist', 'renderer');
  await buildRenderer({
    configFile,
    root: join(root, 'app/renderer'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, license: { fileName: 'licences.md' } },
  });
}

function demand(root: string, entry: string): void {
  if (!existsSync(join(root, entry))) throw new Error(`${entry} is missing, so this part cannot be built.`);
}

/** One line on the contents of a folder of `dist/`, without source maps. */
function sizes(root: string, folder: string): string {
  const base = join(root, 'dist', folder);
  const files = globSync('**/*', { cwd: base })
    .filter((path) => !path.endsWith('.map') && statSync(join(base, path)).isFile())
    .map((path) => ({ path, sizeBytes: statSync(join(base, path)).size }));
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const largest = files
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, 3)
    .map(({ path, sizeBytes }) => `${path} ${kilobytes(sizeBytes)}`);
  return `  ${join('dist', folder)}: ${files.length} files, ${kilobytes(total)} (${largest.join(', ')})`;
}

const kilobytes = (sizeBytes: number) => `${Math.ceil(sizeBytes / 1024)} kB`;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      force: { type: 'boolean', default: false },
      root: { type: 'string', default: resolve(import.meta.dirname, '..') },
    },
  });
  const unknown = values.only?.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) {
    console.error(`There is no part called ${unknown}; the parts are ${parts.join(', ')}.`);
    process.exit(2);
  }
  const root = resolve(values.root);
  mkdirSync(join(root, 'dist'), { recursive: true });
  try {
    const only = parts.filter((part) => values.only === undefined || values.only.includes(part));
    await build({ root, only, force: values.force, report: (line) => console.log(line) });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`The build of ${relative(process.cwd(), root) || root} failed.`);
    process.exit(1);
  }
}
