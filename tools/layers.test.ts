import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';

const root = resolve(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** For every rule on imports: a file that breaks it, and what it imports. */
const imports: readonly (readonly [rule: string, file: string, target: string])[] = [
  ['no-cycles', 'app/main/kernel/a.ts', './b.ts'],
  ['adapters-know-ports-alone', 'app/main/platform/onnx/labels.ts', '../../members/roster.ts'],
  ['no-cycles', 'app/main/kernel/typed-a.ts', './typed-b.ts'],
  ['contract-is-a-leaf', 'app/contract/boards.ts', '../main/kernel/leaf.ts'],
  ['contract-is-a-leaf', 'app/contract/chat.ts', 'multiformats/cid'],
  ['kernel-is-a-leaf', 'app/main/kernel/ids.ts', '../log/log.ts'],
  ['log-stands-on-kernel', 'app/main/log/sync.ts', '../boards/index.ts'],
  ['inner-rooms-know-no-adapter', 'app/main/boards/service.ts', '../platform/sqlite/database.ts'],
  ['inner-rooms-know-no-adapter', 'app/main/log/disk.ts', '../node/main.ts'],
  ['inner-rooms-are-portable', 'app/main/boards/post.ts', 'node:fs'],
  ['features-meet-at-their-index', 'app/main/boards/author.ts', '../members/roster.ts'],
  ['ledger-rooms-in-order', 'app/main/ledger/types/late.ts', '../state/accounts.ts'],
  ['ledger-rooms-in-order', 'app/main/ledger/chain/late.ts', '../sync/pull.ts'],
  ['ledger-rooms-in-order', 'app/main/ledger/sync/late.ts', '../service.ts'],
  ['adapters-are-strangers', 'app/main/platform/libp2p/store.ts', '../sqlite/database.ts'],
  ['adapters-know-no-entry', 'app/main/platform/libp2p/start.ts', '../../node/main.ts'],
  ['host-and-cli-reach-adapters-through-node', 'app/main/cli/query.ts', '../platform/sqlite/database.ts'],
  ['shell-stays-thin', 'app/main/shell/posts.ts', '../boards/index.ts'],
  ['preload-hands-over-and-nothing-else', 'app/preload/api.ts', '../contract/index.ts'],
  [
    'renderer-knows-the-contract-alone',
    'app/renderer/features/boards/direct.ts',
    '../../../main/kernel/leaf.ts',
  ],
  ['renderer-has-no-runtime-modules', 'app/renderer/features/boards/disk.ts', 'node:fs'],
  ['bridge-alone-touches-the-port', 'app/renderer/features/boards/link.ts', '@orpc/client'],
  ['stores-know-no-view', 'app/renderer/stores/boards.ts', '../features/chat/view.ts'],
  ['views-are-siblings', 'app/renderer/features/boards/chat.ts', '../chat/view.ts'],
  ['electron-has-one-home', 'app/main/node/window.ts', 'electron'],
  ['sqlite-has-one-home', 'app/main/boards/sql.ts', 'better-sqlite3'],
  ['libp2p-has-one-home', 'app/main/node/network.ts', 'libp2p'],
  ['libp2p-has-one-home', 'app/main/log/address.ts', '@multiformats/multiaddr'],
  ['libp2p-has-one-home', 'app/main/log/gossip.ts', '@chainsafe/libp2p-gossipsub'],
  ['bls-has-one-home', 'app/main/ledger/sign.ts', '@chainsafe/blst'],
  ['bip39-has-one-home', 'app/main/node/words.ts', '@scure/bip39'],
  ['mail-has-one-home', 'app/main/archive/parse.ts', 'htmlparser2'],
  ['pino-has-one-home', 'app/main/node/log.ts', 'pino'],
  ['onnx-has-one-home', 'app/main/moderation/run.ts', 'onnxruntime-node'],
  ['images-has-one-home', 'app/main/moderation/decode.ts', '@jsquash/jpeg/codec/dec/mozjpeg_dec.js'],
  ['mediasoup-has-one-home', 'app/main/calls/media.ts', 'mediasoup'],
  ['mediasoup-client-has-one-home', 'app/renderer/shell/device.ts', 'mediasoup-client'],
  ['ws-has-one-home', 'app/main/node/socket.ts', 'ws'],
  ['commander-has-one-home', 'app/main/node/options.ts', 'commander'],
  ['messages-has-one-home', 'app/main/boards/format.ts', 'intl-messageformat'],
  ['look-alikes-has-one-home', 'app/main/boards/skeleton.ts', 'unhomoglyph'],
];

/** For every lint rule: a file that breaks it, and its text. */
const words: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['no-restricted-properties', 'app/main/boards/now.ts', 'export const at = () => Date.now();'],
  ['no-restricted-properties', 'app/main/log/random.ts', 'export const r = () => Math.random();'],
  ['no-restricted-properties', 'app/main/kernel/id.ts', 'export const id = () => crypto.randomUUID();'],
  [
    'no-restricted-globals',
    'app/main/chat/later.ts',
    'export const f = (g: () => void) => setTimeout(g, 1);',
  ],
  ['no-restricted-globals', 'app/main/members/env.ts', 'export const e = () => process.cwd();'],
  ['no-restricted-imports', 'app/main/files/read.ts', "export { readFile } from 'node:fs';"],
  ['no-explicit-any', 'app/main/node/any.ts', 'export const x = (y: any) => String(y);'],
  ['ban-ts-comment', 'app/main/node/ignore.ts', '// @ts-ignore\nexport const z = 1;'],
  ['consistent-type-imports', 'tools/types.ts', "import { Stats } from 'node:fs';\nexport type S = Stats;"],
  ['no-warning-comments', 'app/main/node/later.ts', `// ${'TO'}${'DO'}: later\nexport const w = 1;`],
  [
    'no-focused-tests',
    'app/main/node/only.test.ts',
    "import { test } from 'vitest';\ntest.only('x', () => {});",
  ],
  [
    'max-lines',
    'app/main/node/long.ts',
    Array.from({ length: 401 }, (_, n) => `export const v${n} = ${n};`).join('\n'),
  ],
];

const targets = [
  'app/contract/index.ts',
  'app/main/kernel/leaf.ts',
  'app/main/ledger/service.ts',
  'app/main/ledger/state/accounts.ts',
  'app/main/ledger/sync/pull.ts',
  'app/main/log/log.ts',
  'app/main/boards/index.ts',
  'app/main/members/roster.ts',
  'app/main/platform/sqlite/database.ts',
  'app/main/node/main.ts',
  'app/renderer/features/chat/view.ts',
];

let tree: string;
let importFaults: Set<string>;
let wordFaults: Set<string>;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'impulse-layers-'));
  for (const target of targets) await plant(target, 'export const x = 1;\n');
  for (const [, file, target] of imports) await plant(file, `export * from '${target}';\n`);
  await plant('app/main/kernel/b.ts', "export * from './a.ts';\n");
  await plant('app/main/kernel/typed-a.ts', "import type { B } from './typed-b.ts';\nexport type A = B[];\n");
  await plant('app/main/kernel/typed-b.ts', "import type { A } from './typed-a.ts';\nexport type B = A[];\n");
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction');
  const config = join(root, '.dependency-cruiser.cjs');
  const cruised = await output(bin('depcruise'), ['app', '--config', config, '--output-type', 'json']);
  const Cruise = z.object({
    summary: z.object({
      violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    }),
  });
  const { violations } = Cruise.parse(JSON.parse(cruised)).summary;
  importFaults = new Set(violations.map(({ from, rule }) => `${rule.name} ${from}`));

  for (const [, file, text] of words) await plant(file, `${text}\n`);
  await copyFile(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
  const linted = await output(bin('oxlint'), ['app', 'tools', '--format', 'json']);
  const Lint = z.object({
    diagnostics: z.array(z.object({ code: z.string().optional(), filename: z.string() })),
  });
  const { diagnostics } = Lint.parse(JSON.parse(linted));
  wordFaults = new Set(
    diagnostics.map(({ code, filename }) => `${/\((.*)\)/.exec(code ?? '')?.[1]} ${filename}`),
  );
}, 120_000);

afterAll(() => rm(tree, { recursive: true, force: true }));

async function plant(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(tree, file)), { recursive: true });
  await writeFile(join(tree, file), text);
}

/** The output of a checker, which exits with an error because of the planted violations. */
function output(file: string, args: string[]): Promise<string> {
  return new Promise((done) => {
    execFile(
      file,
      args,
      { cwd: tree, maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
      (_error, stdout) => done(stdout),
    );
  });
}

test.each(imports)('%s: %s may not import %s', (rule, file) => {
  expect(importFaults).toContain(`${rule} ${file}`);
});

test.each(words)('%s is found in %s', (rule, file) => {
  expect(wordFaults).toContain(`${rule} ${file}`);
});

test('every rule on imports has its planted violation', () => {
  const Config = z.object({ forbidden: z.array(z.object({ name: z.string() })) });
  const config = Config.parse(createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')));
  const planted = new Set(imports.map(([rule]) => rule));
  expect(config.forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
});
