import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Feature } from '../feature/index.ts';
import { writeHostInfo } from '../host/host-info.ts';
import { openDataDirectory } from '../node/data-directory.ts';
import { features } from '../node/features.ts';
import { lockDataDirectory } from '../node/lock.ts';
import { TestCli } from './test-cli.ts';

let cli: TestCli;
const impulse: TestCli['run'] = (...args) => cli.run(...args);
beforeEach(async () => {
  cli = await TestCli.create();
});
afterEach(() => cli.close());

describe('usage', () => {
  test('every command has examples, --json and --data in its help', async () => {
    const { out } = await impulse(['--help']);
    const names = [...out.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'help');
    const ofFeatures = (features as readonly Feature[]).flatMap(({ commands }) => commands ?? []);
    const words = new Set(ofFeatures.map(({ name }) => name.split(' ')[0]));
    expect(names).toHaveLength(35 + words.size);
    for (const name of names) {
      const help = await impulse([name, '--help']);
      expect(help.code).toBe(0);
      expect(help.out, name).toContain(`impulse ${name}`);
      expect(help.out, name).toMatch(/--data <dir>[\s\S]*--json/);
    }
  });

  test.each([
    [['bord']],
    [['board', 'list', '--nope']],
    [['init']],
    [['init', '--name', 'x', '--handle', 'y', '--fault-model', 'king']],
    [['init', '--name', 'x', '--handle', 'y', '--supply', 'much']],
    [['serve', '--port', '99999']],
    [['serve', '--tls-cert', 'x']],
    [['invite', '--role', 'king']],
    [['post', 'harbour', '--subject', 'x']],
  ])('%j is a wrong use and exits with 2', async (args) => {
    const { code, err } = await impulse(args);
    expect(code).toBe(2);
    expect(err).not.toBe('');
  });

  test.each([
    ['verify-proof', 'missing.proof', '--genesis', 'missing.genesis'],
    ['init', '--name', 'x', '--handle', 'mara', '--words', 'missing.words'],
  ])('a file that does not exist is named: %s %s', async (...args) => {
    const { code, err } = await impulse(args);
    expect(code).toBe(1);
    expect(err).toMatch(/missing\.\w+ cannot be opened: it or its folder does not exist\.\nCheck the path\./);
  });

  test('an unknown board names the existing ones', async () => {
    const { code, err } = await impulse(['post', 'harbor', 'text', '--subject', 'x']);
    expect(code).toBe(1);
    expect(err).toContain('The boards are: harbour.');
  });

  test('data held by another program exits with 3 and names its process', async () => {
    const { directory } = await openDataDirectory(cli.root);
    const lock = await lockDataDirectory(directory, 1);
    const { code, err } = await impulse(['board', 'list']);
    await lock.release();
    expect(code).toBe(3);
    expect(err).toContain(String(process.pid));
  });

  test('files left by a killed host do not interfere', async () => {
    const { directory } = await openDataDirectory(cli.root);
    await writeHostInfo(directory.hostInfo, {
      pid: 999_999,
      port: 1,
      url: 'http://127.0.0.1:1',
      socket: join(directory.node, 'host.sock'),
      startedAt: 0,
    });
    expect((await impulse(['board', 'list'])).code).toBe(0);
  });

  test('a mistyped directory is reported as such, and nothing is made there', async () => {
    await rm(cli.root, { recursive: true });
    for (const args of [['status'], ['read'], ['verify'], ['import', 'x.mbox', '--board', 'y']]) {
      const { code, err } = await impulse(args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(err).toContain(`There is no node in ${cli.root}.`);
      expect(err).toContain('--data');
    }
    await expect(readdir(cli.root)).rejects.toThrow('ENOENT');
    // These may begin one: the failure is the missing community.
    expect((await impulse(['join', 'impulse://join/x', '--handle', 'mara'])).err).not.toContain('no node');
  });

  test('a number out of its limits is named with the limit', async () => {
    const { code, err } = await impulse(['read', 'harbour', '--limit', '0']);
    expect({ code, err }).toEqual({ code: 2, err: 'limit must be at least 1.\nSee --help.\n' });
    expect((await impulse(['sim', '--seeds', '0'])).code).toBe(2);
  });

  test('a simulation that does not agree exits with 4', async () => {
    expect((await impulse(['sim', '--seed', '12'])).code).toBe(0);
    expect((await impulse(['sim', '--seed', '13'])).code).toBe(4);
  });
});

test('serve prints the address once it listens, and leaves nothing behind on Ctrl-C', async () => {
  await openDataDirectory(cli.root);
  const listening = Promise.withResolvers<string>();
  const running = impulse(['serve', '--port', '0', '--json'], { out: (text) => listening.resolve(text) });
  const said = await listening.promise;
  const { url } = JSON.parse(said) as { url: string };
  expect(said).not.toContain('code');
  const printed = await impulse(['open', '--print', '--json']);
  const { url: entry } = JSON.parse(printed.out) as { url: string };
  expect(entry).toMatch(new RegExp(`^${url}/#code=[\\w-]{43}$`));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  cli.stopping.abort();
  expect((await running).code).toBe(0);
  expect(await readdir(cli.root)).not.toContain('host.json');
});

test('an internal error of the node does not reveal its details', async () => {
  const { code, err } = await impulse(['peers']);
  expect(code).toBe(1);
  expect(err).toContain('log of this node');
});
