import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFuses, checkPackage, undecidedFuses } from './package-check.ts';

const sound: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'x', type: 'module', main: 'dist/shell/main.cjs' }),
  'dist/node/main.js': '',
  'dist/node/chunk-ABC123.js': '',
  'dist/node/licences.txt': '',
  'dist/shell/main.cjs': '',
  'dist/shell/tray.png': '',
  'dist/preload/preload.cjs': '',
  'dist/renderer/index.html': '',
  'dist/renderer/assets/main-1.js': '',
  'node_modules/better-sqlite3/package.json': '{}',
  'node_modules/better-sqlite3/lib/index.js': '',
  'node_modules/better-sqlite3/prebuilds/linux-x64.node': 'machine code',
  'node_modules/@chainsafe/blst/package.json': '{}',
  'node_modules/@chainsafe/blst/index.js': '',
  'node_modules/@chainsafe/blst-linux-x64-gnu/package.json': '{}',
  'node_modules/@chainsafe/blst-linux-x64-gnu/blst.linux-x64-gnu.node': 'machine code',
  'node_modules/@chainsafe/libp2p-quic-linux-x64-gnu/package.json': '{}',
  'node_modules/@chainsafe/libp2p-quic-linux-x64-gnu/libp2p-quic.linux-x64-gnu.node': 'machine code',
  'resources/models/manifest.json': '{}',
  'resources/models/first-stage.onnx': '',
  'node_modules/onnxruntime-common/package.json': '{}',
  'node_modules/onnxruntime-common/dist/cjs/index.js': '',
  'node_modules/@jsquash/jpeg/package.json': '{}',
  'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.js': '',
  'node_modules/@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm': '',
  'node_modules/@jsquash/png/codec/pkg/squoosh_png_bg.wasm': '',
  'node_modules/@jsquash/webp/codec/dec/webp_dec.wasm': '',
  'node_modules/onnxruntime-node/package.json': '{}',
  'node_modules/onnxruntime-node/dist/index.js': '',
  'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node': 'machine code',
  'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1': 'machine code',
};
let scratch: string;

beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'impulse-check-'))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** Packs `files` and returns the faults; machine code is unpacked by default. */
async function problemsOf(
  files: Readonly<Record<string, string>>,
  unpack: string | undefined = '{**/*.node,**/napi-v6/**}',
) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, 'program', name)), { recursive: true });
    writeFileSync(join(scratch, 'program', name), content);
  }
  const resources = join(scratch, 'resources');
  mkdirSync(resources);
  await createPackageWithOptions(
    join(scratch, 'program'),
    join(resources, 'app.asar'),
    unpack ? { unpack } : {},
  );
  return checkPackage(resources, 'linux-x64').problems;
}

describe('the package', () => {
  it('is sound with the bundles and the native parts of its target', async () => {
    expect(await problemsOf(sound)).toEqual([]);
  });

  it.each([
    'dist/node/main.js.map',
    'dist/renderer/assets/main-1.js.map',
    'dist/renderer/main.tsx',
    'app/main/node/main.ts',
    'dist/node/main.test.js',
    'node_modules/zod/index.js',
    'node_modules/better-sqlite3/deps/sqlite3/sqlite3.c',
    'node_modules/better-sqlite3/prebuilds/win32-arm64.node',
    'node_modules/@chainsafe/blst-darwin-arm64/blst.darwin-arm64.node',
    'node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll',
    '.env',
  ])('does not hold %s', async (superfluous) => {
    expect(await problemsOf({ ...sound, [superfluous]: 'x' })).toContain(
      `${superfluous} is inside and need not be.`,
    );
  });

  it.each([
    'dist/node/main.js',
    'dist/renderer/index.html',
    'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node',
    'resources/models/manifest.json',
  ])('does not lack %s', async (needed) => {
    const { [needed]: _left, ...rest } = sound;
    expect(await problemsOf(rest)).toContain(`${needed} is missing.`);
  });

  it('contains the BLS library of its target', async () => {
    const { 'node_modules/@chainsafe/blst-linux-x64-gnu/blst.linux-x64-gnu.node': _left, ...rest } = sound;
    expect(await problemsOf(rest)).toContain('node_modules/@chainsafe/blst-linux-x64 is missing.');
  });

  it('has its machine code where it can be loaded', async () => {
    const problems = await problemsOf(sound, '');
    expect(problems).toHaveLength(5);
    for (const problem of problems)
      expect(problem).toContain('lies inside the archive, where it cannot be loaded');
  });

  it('has only machine code unpacked, since the integrity check does not cover unpacked files', async () => {
    expect(await problemsOf(sound, '{**/*.node,**/napi-v6/**,**/main.js}')).toEqual([
      'dist/node/main.js lies unpacked and need not.',
    ]);
  });

  it('does not name development packages', async () => {
    const manifest = { type: 'module', main: 'dist/shell/main.cjs', devDependencies: { vite: '1' } };
    expect(await problemsOf({ ...sound, 'package.json': JSON.stringify(manifest) })).toEqual([
      'package.json still names development packages.',
    ]);
  });

  it('has the media process beside the archive, as a program', async () => {
    await problemsOf(sound);
    const resources = join(scratch, 'resources');
    const faults = () => checkPackage(resources, 'linux-x64', true).problems;
    expect(faults()).toEqual(['mediasoup-worker is missing.']);
    writeFileSync(join(resources, 'mediasoup-worker'), '', { mode: 0o644 });
    expect(faults()).toEqual(['mediasoup-worker cannot be executed.']);
    chmodSync(join(resources, 'mediasoup-worker'), 0o755);
    expect(faults()).toEqual([]);
  });

  it('is reported if missing', () => {
    expect(checkPackage(scratch, 'linux-x64').problems).toEqual([expect.stringContaining('There is no')]);
  });
});

describe('the fuses', () => {
  const sentinel = undecidedFuses().subarray(0, -10);
  const binary = (...wire: string[]) =>
    Buffer.concat([sentinel, Buffer.from([1, wire.length]), Buffer.from(wire.join(''), 'latin1')]);

  it('are sound if each has its decided value', () => {
    expect(checkFuses(binary('0', '1', '0', '0', '1', '1', '0', '0'))).toEqual([]);
  });

  it('are all wrong before electron-builder has set them', () => {
    expect(checkFuses(undecidedFuses())).toHaveLength(8);
  });

  it('are named if wrong, new or missing', () => {
    expect(checkFuses(binary('1', '1', '0', '0', '1', '1', '0', '0'))).toEqual([
      'The fuse runAsNode is not off.',
    ]);
    expect(checkFuses(binary('0', '1', '0', '0', '1', '1', '0', '0', '1'))).toEqual([
      'Fuse 8 of this Electron is on and was not decided.',
    ]);
    expect(checkFuses(Buffer.from('no electron'))).toEqual(['The binary has no fuses.']);
  });
});
