import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build } from './build.ts';
import { electronBinary } from './electron.ts';
import { rewriteWorkerUrls, workerEntries } from './worker-entries.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'impulse-build-'));
  write('package.json', '{ "type": "module" }');
  write('app/main/cli/main.ts', 'console.log("cli");');
  write('app/main/platform/sums/add.worker.ts', doubling);
  write('app/main/platform/sums/pool.ts', pool);
  write(
    'app/main/node/main.ts',
    `import { doubled } from '../platform/sums/pool.ts'; console.log(await doubled(21));`,
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const doubling = `import { parentPort, workerData } from 'node:worker_threads';
parentPort?.postMessage((workerData as number) * 2);`;
const pool = `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
export async function doubled(value: number): Promise<number> {
  const worker = new Worker(new URL('./add.worker.ts', import.meta.url), { workerData: value });
  const [answer] = await once(worker, 'message');
  return answer;
}`;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function built(only: 'node' | 'shell'): Promise<string[]> {
  const lines: string[] = [];
  mkdirSync(join(root, 'dist'), { recursive: true });
  await build({ root, only: [only], report: (line) => lines.push(line) });
  return lines;
}

const run = (file: string) =>
  execFileSync(process.execPath, [join(root, 'dist', file)], { encoding: 'utf8' }).trim();

describe('the build of the node', () => {
  it('makes bundles that run and find their workers', async () => {
    await built('node');
    rmSync(join(root, 'app'), { recursive: true });
    expect(run('node/main.js')).toBe('42');
    expect(run('node/cli.js')).toBe('cli');
  });

  it('holds mediasoup, which then needs no files of its own', async () => {
    symlinkSync(join(import.meta.dirname, '..', 'node_modules'), join(root, 'node_modules'), 'junction');
    write('app/main/platform/media/library.ts', "export { version } from 'mediasoup';");
    write('app/main/node/main.ts', "console.log((await import('../platform/media/library.ts')).version);");
    await built('node');
    rmSync(join(root, 'node_modules'));
    expect(run('node/main.js')).toMatch(/^3\./);
  });

  it('skips unchanged parts and rebuilds changed ones', async () => {
    expect((await built('node'))[0]).toMatch(/^node: built/);
    expect(await built('node')).toEqual(['node: unchanged']);
    write('app/main/cli/main.test.ts', 'a test changes nothing');
    expect(await built('node')).toEqual(['node: unchanged']);
    write('app/main/cli/main.ts', 'console.log("changed");');
    expect((await built('node'))[0]).toMatch(/^node: built/);
    expect(run('node/cli.js')).toBe('changed');
  });

  it('builds again if the output is missing', async () => {
    await built('node');
    rmSync(join(root, 'dist/node'), { recursive: true });
    expect((await built('node'))[0]).toMatch(/^node: built/);
  });

  it('includes the licences of bundled packages', async () => {
    write(
      'node_modules/adder/package.json',
      '{ "name": "adder", "version": "1.2.3", "license": "MIT", "type": "module" }',
    );
    write('node_modules/adder/index.js', 'export const add = (a, b) => a + b;');
    write('node_modules/adder/LICENSE', 'Permission is hereby granted.');
    write('app/main/cli/main.ts', `import { add } from 'adder'; console.log(add(1, 2));`);
    await built('node');
    const licences = readFileSync(join(root, 'dist/node/licences.txt'), 'utf8');
    expect(licences).toBe('adder 1.2.3 (MIT)\n\nPermission is hereby granted.');
  });

  it('names a missing entry', async () => {
    rmSync(join(root, 'app/main/cli/main.ts'));
    await expect(built('node')).rejects.toThrow('app/main/cli/main.ts is missing');
    expect(existsSync(join(root, 'dist/node/.fingerprint'))).toBe(false);
  });

  it('refuses two workers of one name', () => {
    expect(() => workerEntries(['a/x.worker.ts', 'b/x.worker.ts'])).toThrow(
      'a/x.worker.ts and b/x.worker.ts',
    );
  });

  it('refers to workers beside the bundle, wherever their source is', () => {
    expect(rewriteWorkerUrls(`new URL('../keys/verify.worker.ts', import.meta.url)`)).toBe(
      `new URL('./verify.worker.js', import.meta.url)`,
    );
    expect(rewriteWorkerUrls(`new URL('./page.html', import.meta.url)`)).toContain('page.html');
  });
});

describe('the build of the shell', () => {
  it('allows the preload to import only electron', async () => {
    write('app/main/shell/main.ts', `import { app } from 'electron'; app.quit();`);
    write('app/preload/preload.ts', `import { ipcRenderer } from 'electron'; ipcRenderer.send('x');`);
    await built('shell');
    write('app/preload/preload.ts', `import { readFileSync } from 'node:fs'; readFileSync('x');`);
    await expect(built('shell')).rejects.toThrow('node:fs');
  });
});

describe('the Electron binary', () => {
  it('counts only if it is complete and of the installed version', () => {
    const electron = (path: string, content: string) => write(`node_modules/electron/${path}`, content);
    electron('package.json', '{ "version": "45.4.1" }');
    expect(electronBinary(root, {})).toBeNull();
    electron('path.txt', 'electron');
    electron('dist/version', 'v44.0.0');
    electron('dist/electron', '');
    expect(electronBinary(root, {})).toBeNull();
    electron('dist/version', 'v45.4.1');
    expect(electronBinary(root, {})).toBe(join(root, 'node_modules/electron/dist/electron'));
  });
});
