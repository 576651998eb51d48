import { spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
/** A user without an entry in the list of users. */
const NOBODY = 54_321;
const isRoot = process.getuid?.() === 0;

let root: string;
let home: string;
let data: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'impulse-surroundings-'));
  chmodSync(root, 0o755);
  home = join(root, 'home');
  mkdirSync(home);
  data = join(home, '.local', 'share', 'impulse');
  const { code, err } = await impulse(['init', '--name', 'Harbour', '--handle', 'mara']);
  if (code !== 0) throw new Error(`No node could be made: ${err}`);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command as a user would; its data is in the home directory unless the environment says otherwise. */
async function impulse(
  args: readonly string[],
  { env = { HOME: home }, ...options }: SpawnOptions & { readonly uid?: number } = {},
): Promise<{ code: unknown; out: string; err: string }> {
  const program = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    env: { PATH: process.env['PATH'], ...env },
  });
  const ended = once(program, 'close');
  const [out, err] = await Promise.all(
    [program.stdout, program.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  const [code] = (await ended) as [unknown];
  // Whatever goes wrong, a person reads sentences.
  expect(`${out}${err}`).not.toMatch(/^ +at |[Ii]nternal server error|\b(?:E[A-Z]{4,}|SQLITE_\w+)\b|uv_/m);
  return { code, out: out!, err: err! };
}

const posting = ['post', 'general', 'Calm today', '--subject', 'Weather'];

describe('a command says what to do', { timeout: 120_000 }, () => {
  test('while another program has locked the database, with the code of data in use', async () => {
    const [path] = globSync(join(data, 'communities', '*', 'community.db'));
    const viewer = new DatabaseSync(path!);
    viewer.exec('BEGIN EXCLUSIVE');
    try {
      const { code, err } = await impulse(posting);
      expect(code).toBe(3);
      expect(err).toContain('Another program has locked the database');
      expect(err).toContain('then try again.');
    } finally {
      viewer.close();
    }
    expect((await impulse(posting)).code).toBe(0);
  });

  test('for an attachment that is missing, or is a folder', async () => {
    const missing = join(root, 'none.jpg');
    expect(await impulse([...posting, '--attach', missing])).toMatchObject({
      code: 1,
      err: `${missing} cannot be opened: it or its folder does not exist.\nCheck the path.\n`,
    });
    expect(await impulse([...posting, '--attach', root])).toMatchObject({
      code: 1,
      err: `${root} is a folder.\nName a file.\n`,
    });
  });

  test.each([{ HOME: '' }, { HOME: 'relative' }, { HOME: '', XDG_DATA_HOME: '' }])(
    'without a home directory: %o',
    async (env) => {
      const { code, err } = await impulse(['status'], { env });
      expect(code).toBe(1);
      expect(err).toContain('You have no home directory');
      expect(err).toContain('--data or IMPULSE_DATA');
    },
  );

  test.skipIf(process.platform === 'win32')('for a pipe instead of an archive', async () => {
    const { code, err } = await impulse(['import', '/dev/stdin', '--board', 'general'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    expect(code).toBe(1);
    expect(err).toContain('Write it to a file first');
  });
});

describe.skipIf(!existsSync('/dev/full'))('output that the disk does not take', { timeout: 120_000 }, () => {
  const toFull = async (args: readonly string[]) => {
    const full = openSync('/dev/full', 'w');
    const answer = await impulse(args, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    return answer;
  };

  test.each(['--help', 'board list', 'board list --json'])('is a failure that is told: %s', async (line) => {
    expect(await toFull(line.split(' '))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The output could not be written: the disk is full\.\nFree some space/),
    });
  });

  test('keeps the code of a command that failed', async () => {
    expect((await toFull(['nonsense', '--json'])).code).toBe(2);
  });

  test('does not hide the exit code if errors cannot be written either', async () => {
    const full = openSync('/dev/full', 'w');
    const { code } = await impulse(['board', 'list'], { stdio: ['ignore', full, full] });
    closeSync(full);
    expect(code).toBe(1);
  });
});

describe.skipIf(process.platform === 'win32')('a folder that may not be read', { timeout: 120_000 }, () => {
  const locked = () => {
    const folder = mkdtempSync(join(root, 'locked-'));
    chmodSync(folder, 0o000);
    return folder;
  };
  /** Root may read everything. */
  const asUser = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

  test('is not taken for one without a node', async () => {
    const folder = locked();
    const { code, err } = await impulse(['status', '--data', folder], asUser);
    expect(code).toBe(1);
    expect(err).toContain(`${folder} cannot be read: you have no permission.`);
  });

  test('is no place for a node, backups or lists', async () => {
    const folder = locked();
    const made = await impulse(['init', '--name', 'Quay', '--handle', 'ines', '--data', folder], asUser);
    expect(made.code).toBe(1);
    expect(made.err).toContain('no permission to read and write it');
    const own = join(mkdtempSync(join(root, 'own-')), 'data');
    chmodSync(join(own, '..'), 0o777);
    const env = { IMPULSE_DATA: own };
    expect(await impulse(['init', '--name', 'Quay', '--handle', 'ines'], { ...asUser, env })).toMatchObject({
      code: 0,
    });
    for (const args of [
      ['backup', '--to', join(folder, 'b.db')],
      ['moderation', 'lists', '--add', join(folder, 'words.txt')],
    ]) {
      const { code, err } = await impulse(args, { ...asUser, env });
      expect(code).toBe(1);
      expect(err).toContain('cannot be opened: you have no permission.');
    }
  });
});

describe.skipIf(!isRoot)('a user without an entry in the list of users', { timeout: 120_000 }, () => {
  const who = { uid: NOBODY, gid: NOBODY };

  test('has a node in the directory that is named', async () => {
    const folder = mkdtempSync(join(root, 'service-'));
    chmodSync(folder, 0o777);
    const env = { IMPULSE_DATA: join(folder, 'data') };
    const made = await impulse(['init', '--name', 'Quay', '--handle', 'ines'], { ...who, env });
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(await impulse(posting, { ...who, env })).toMatchObject({ code: 0, err: '' });
  });

  test('is told to name one', async () => {
    const { code, err } = await impulse(['status'], { ...who, env: {} });
    expect(code).toBe(1);
    expect(err).toContain('--data or IMPULSE_DATA');
  });
});

test(
  '[J32] nothing is written outside the data directory, not even by libraries',
  { timeout: 60_000 },
  async () => {
    expect((await impulse(posting)).code).toBe(0);
    expect(readdirSync(home)).toEqual(['.local']);
    expect(readdirSync(join(home, '.local', 'share'))).toEqual(['impulse']);
  },
);
