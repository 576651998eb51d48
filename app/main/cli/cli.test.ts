import type { Feature } from '../feature/index.ts';
import { features } from '../node/features.ts';
import Database from 'better-sqlite3';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeHostInfo } from '../host/host-info.ts';
import { serve, type Serving } from '../host/serve.ts';
import { makeGenesis } from '../community/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { soleLedger } from '../ledger/index.ts';
import { foundCommunity, migrations } from '../node/community.ts';
import { communityLayout, dataLayout, openDataDirectory } from '../node/data-directory.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { lockDataDirectory } from '../node/lock.ts';
import { linesOf, type Io } from './io.ts';
import { runCommand } from './program.ts';
import type { LedgerStatus } from '../../contract/index.ts';
import { board, connector, forget, ines, job, ledgerStatus, node, verification } from './test-connectors.ts';
import { byline, table } from './text.ts';

let root: string;
let stopping: AbortController;
let serving: Serving | null = null;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-cli-'));
  // A node has been here before.
  await mkdir(dataLayout(root).node, { recursive: true });
  await writeFile(dataLayout(root).keys, '{}');
  stopping = new AbortController();
  forget();
});
afterEach(async () => {
  await serving?.stop();
  serving = null;
  await rm(root, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function impulse(args: string[], more: Partial<Io> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += text),
    terminal: false,
    input: () => Promise.resolve(null),
    lines: () => linesOf((async function* () {})(), 1),
    signal: stopping.signal,
    ...more,
  };
  const where = args[0]?.startsWith('-') || args.length === 0 ? [] : ['--data', root];
  const code = await runCommand([...args, ...where], connector, io);
  return { code, out, err };
}

const startServing = async () => {
  await openDataDirectory(root);
  serving = await serve(await connector.startNode({ dataDir: root }), { dataDir: root, port: 0 });
  return serving;
};

describe.each([
  ['a running node', startServing],
  ['the data itself', () => Promise.resolve()],
])('with %s', (_name, prepare) => {
  test('lists boards for people, without control sequences', async () => {
    await prepare();
    const { code, out } = await impulse(['board', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/harbour {2}Harbour talk +2 +12/);
    expect(out).not.toContain('\u001b');
  });

  test('lists boards for programs', async () => {
    await prepare();
    const { out } = await impulse(['board', 'list', '--json']);
    expect(JSON.parse(out)).toEqual([board]);
  });

  test('posts text from standard input', async () => {
    await prepare();
    const input = () => Promise.resolve('from a file\n');
    const { code, out } = await impulse(['post', 'harbour', '--subject', 'Hello'], { input });
    expect({ code, out: out.trim() }).toEqual({ code: 0, out: 'thread:Hello:from a file' });
  });

  test('shows a problem with its remedy and exits with 1', async () => {
    await prepare();
    expect(await impulse(['members'])).toEqual({
      code: 1,
      out: '',
      err: 'There is no community.\nMake one.\n',
    });
    const { out } = await impulse(['members', '--json']);
    expect(JSON.parse(out)).toMatchObject({ problem: { code: 'no-community' } });
  });

  test('changes a member who is named by handle or identity, and prints the result', async () => {
    await prepare();
    node.roll = [ines];
    expect((await impulse(['members', 'role', 'INES', 'moderator'])).out).toBe('Ines is moderator now.\n');
    const { out } = await impulse(['members', 'ban', ines.did, '--reason', 'flood', '--json']);
    expect(JSON.parse(out)).toMatchObject({ handle: 'Ines', role: 'moderator', banned: { reason: 'flood' } });
    expect((await impulse(['members', 'lift', 'ines'])).out).toBe('The ban of Ines is over.\n');
    expect((await impulse(['members', 'rename', 'Ines Two'])).out).toBe('Your handle is Ines Two now.\n');
    expect((await impulse(['members', 'lift', 'ines'])).code).toBe(2);
    expect((await impulse(['members', 'role', 'ines two', 'king'])).code).toBe(2);
  });

  test('says for whom a change waits', async () => {
    await prepare();
    node.roll = [ines];
    const { code, err } = await impulse(['members', 'ban', 'ines', '--reason', 'waits']);
    expect(code).toBe(1);
    expect(err).toContain('2 of 3 validators must sign, and nothing comes from odin.');
  });

  test('schedules a version of the protocol, signature by signature', async () => {
    await prepare();
    const { out } = await impulse(['ledger', 'protocol', 'schedule', '2', '--height', '1400']);
    expect(out).toContain('Version 2 from block 1400 on: 1 of 3 signatures.');
    expect(out).toContain('impulse ledger protocol sign');
    const signed = await impulse(['ledger', 'protocol', 'sign', 'c2NoZWR1bGU', '--json']);
    expect(JSON.parse(signed.out)).toMatchObject({ signatures: 3, transaction: 'bafyreitransaction' });
    expect((await impulse(['ledger', 'protocol', 'cancel'])).out).toContain('Nothing is scheduled any more');
    expect((await impulse(['ledger', 'protocol', 'schedule', '2'])).code).toBe(2);
  });

  test('shows which version is in force, which is scheduled, and whether this release knows it', async () => {
    await prepare();
    const status = async (protocol: LedgerStatus['protocol']) => {
      node.ledger = { ...ledgerStatus, protocol };
      return (await impulse(['ledger', 'status'])).out;
    };
    const next = { version: 2, height: 1400 };
    expect(await status({ version: 1, next, known: 1 })).toMatch(/Scheduled +version 2 from block 1400 on/);
    const outdated = await status({ version: 2, next: null, known: 1 });
    expect(outdated).toContain('stopped after block 1204: this node needs an update');
    expect(outdated).toContain('is a validator, and signs nothing before its update');
    expect(outdated).toContain('version 2; this release knows versions up to 1; this node needs an update');
    expect(await status({ version: 2, next: null, known: 2 })).toMatch(/Ledger +runs/);
  });

  test.each([
    ['verify', []],
    ['verify', ['--deep']],
    ['rebuild', []],
  ])(
    '%s %j exits with 4 if there are faults, else with 0, for people and for programs',
    async (name, more) => {
      await prepare();
      const found = await impulse([name, ...more]);
      expect(found.code).toBe(4);
      expect(found.out).toContain('event bafyx is mis-signed');
      const json = await impulse([name, ...more, '--json']);
      expect(json.code).toBe(4);
      expect(JSON.parse(json.out)).toMatchObject({ ok: false, faults: verification.faults });
      node.verification = { ...verification, ok: true, faults: [] };
      const sound = await impulse([name, ...more]);
      expect(sound.code).toBe(0);
      expect(sound.out).toContain('all is well');
    },
  );

  test('an import that fails exits with 1 and says why', async () => {
    await prepare();
    const why = { code: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' };
    node.finish.resolve({ ...job, state: 'failed', problem: why });
    const { code, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(code).toBe(1);
    expect(err).toContain('The disk is full.\nFree some space.');
  });

  test('follows an import with rate and time left, and prints the result', async () => {
    await prepare();
    node.finish.resolve({
      ...job,
      state: 'done',
      counts: { read: 100, imported: 90, raw: 0, duplicates: 9, broken: 1 },
    });
    const { code, out, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(code).toBe(0);
    expect(err).toContain('Importing: 0 of 100 (0 %), 50/s, 2 s left');
    expect(out).toBe('90 imported, 9 known already, 1 broken, of 100 read.\n');
  });

  test('[AR1] lists what an import left out or kept otherwise, as text and as JSON', async () => {
    await prepare();
    const counts = { read: 4, imported: 3, raw: 1, duplicates: 0, broken: 1 };
    node.finish.resolve({ ...job, state: 'done', counts, issues: 3 });
    node.issues = [
      { message: null, place: '.Lists', reason: 'The folder was not read.', outcome: 'left-out' },
      { message: 2, place: 'byte 230', reason: 'It is empty.', outcome: 'left-out' },
      { message: 4, place: 'byte 400', reason: 'Its parts are nested too deeply.', outcome: 'raw' },
    ];
    const { code, out } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(code).toBe(0);
    expect(out).toBe(
      '3 imported (1 of them as raw text), 0 known already, 1 broken, of 4 read.\n' +
        '3 to look at:\n' +
        '.Lists: left out. The folder was not read.\n' +
        'message 2, byte 230: left out. It is empty.\n' +
        'message 4, byte 400: kept as raw text. Its parts are nested too deeply.\n',
    );
    const { out: json } = await impulse(['import', 'list.mbox', '--board', 'harbour', '--json']);
    expect(JSON.parse(json)).toMatchObject({ counts, issues: node.issues, issuesDropped: 0 });
  });

  test('[AR3] an import that imports nothing exits with 1 and still lists the reasons', async () => {
    await prepare();
    const failed = {
      code: 'nothing-imported',
      message: 'Nothing could be imported.',
      remedy: 'See the guide.',
    };
    node.finish.resolve({ ...job, state: 'failed', issues: 1, problem: failed });
    node.issues = [{ message: 1, place: 'byte 0', reason: 'It is empty.', outcome: 'left-out' }];
    const told = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(told.code).toBe(1);
    expect(told.out).toBe('message 1, byte 0: left out. It is empty.\n');
    expect(told.err).toContain('Nothing could be imported.\nSee the guide.');
    const json = await impulse(['import', 'list.mbox', '--board', 'harbour', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ problem: failed, issues: node.issues });
  });

  test('[AR19] an export says what it leaves out', async () => {
    await prepare();
    const exported = { written: 2, waiting: 300, held: 1, deleted: 4, filesMissing: 5 };
    node.finish.resolve({ ...job, kind: 'export', state: 'done', exported });
    const { code, out } = await impulse(['export', 'all.mbox']);
    expect(code).toBe(0);
    expect(out).toBe(
      '2 posts written. Left out: 300 not judged yet (export again later), 1 held back, 4 deleted, 5 attachments that are not on this node.\n',
    );
  });

  test('cancels an import on Ctrl-C', async () => {
    await prepare();
    stopping.abort();
    const { code, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(node.cancelled).toBe('j1');
    expect(code).toBe(1);
    expect(err).toContain('Run the same command again to continue.');
  });

  test('[AR1] a cancelled import lists what it found until then', async () => {
    await prepare();
    node.finish.resolve({ ...job, state: 'cancelled', issues: 1 });
    node.issues = [{ message: 1, place: 'byte 0', reason: 'It is empty.', outcome: 'left-out' }];
    const { code, out, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(code).toBe(1);
    expect(out).toBe('message 1, byte 0: left out. It is empty.\n');
    expect(err).toContain('Run the same command again to continue.');
    const json = await impulse(['import', 'list.mbox', '--board', 'harbour', '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      state: 'cancelled',
      issues: node.issues,
      problem: { code: 'cancelled' },
    });
  });

  test('[AR22] an import of an archive that names no board, without --board, is a wrong use', async () => {
    await prepare();
    const refused = { code: 'board-not-given', message: 'No board.', remedy: 'Use --board.' };
    node.finish.resolve({ ...job, state: 'failed', problem: refused });
    const { code, out, err } = await impulse(['import', 'list.mbox']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('No board.\nUse --board.\n');
  });
});

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
    const { directory } = await openDataDirectory(root);
    const lock = await lockDataDirectory(directory, 1);
    const { code, err } = await impulse(['board', 'list']);
    await lock.release();
    expect(code).toBe(3);
    expect(err).toContain(String(process.pid));
  });

  test('files left by a killed host do not interfere', async () => {
    const { directory } = await openDataDirectory(root);
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
    await rm(root, { recursive: true });
    for (const args of [['status'], ['read'], ['verify'], ['import', 'x.mbox', '--board', 'y']]) {
      const { code, err } = await impulse(args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(err).toContain(`There is no node in ${root}.`);
      expect(err).toContain('--data');
    }
    await expect(readdir(root)).rejects.toThrow('ENOENT');
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
  await openDataDirectory(root);
  const listening = Promise.withResolvers<string>();
  const running = impulse(['serve', '--port', '0', '--json'], { out: (text) => listening.resolve(text) });
  const said = await listening.promise;
  const { url } = JSON.parse(said) as { url: string };
  expect(said).not.toContain('code');
  const printed = await impulse(['open', '--print', '--json']);
  const { url: entry } = JSON.parse(printed.out) as { url: string };
  expect(entry).toMatch(new RegExp(`^${url}/#code=[\\w-]{43}$`));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  stopping.abort();
  expect((await running).code).toBe(0);
  expect(await readdir(root)).not.toContain('host.json');
});

describe('restore', () => {
  const genesis = makeGenesis({
    name: 'Harbour',
    description: '',
    handle: 'mara',
    founder: new Uint8Array(32).fill(1),
    createdAt: 1,
    nonce: new Uint8Array(16),
    ledger: soleLedger({
      key: new Uint8Array(32).fill(1),
      peer: 'mara',
      bls: new Uint8Array(48).fill(2),
      pop: new Uint8Array(96).fill(3),
    }),
  });
  const current = () => communityLayout(join(dataLayout(root).communities, cidOf(genesis.id)));
  const makeDatabase = async (path: string, note: string) => {
    await mkdir(dirname(path), { recursive: true });
    const db = openDatabase(path, migrations);
    foundCommunity(db, genesis, 1);
    db.exec('CREATE TABLE test_mark (text TEXT)');
    db.prepare('INSERT INTO test_mark VALUES (?)').run(note);
    db.close();
  };
  const noteIn = (path: string) => {
    const db = new Database(path, { readonly: true });
    const row = db.prepare<[], { text: string }>('SELECT text FROM test_mark').get();
    db.close();
    return row?.text;
  };

  test('installs a backup and keeps the previous database', async () => {
    const backup = join(root, 'backup.db');
    await makeDatabase(current().database, 'now');
    await makeDatabase(backup, 'then');
    const { code, out } = await impulse(['restore', backup, '--json']);
    const { keptAside } = JSON.parse(out) as { keptAside: string };
    expect(code).toBe(0);
    expect(noteIn(current().database)).toBe('then');
    expect(noteIn(keptAside)).toBe('now');
  });

  test('refuses a damaged, an empty and a missing backup and changes nothing', async () => {
    await makeDatabase(current().database, 'now');
    const broken = join(root, 'broken.db');
    await makeDatabase(broken, 'x'.repeat(20_000));
    const content = await readFile(broken);
    await writeFile(broken, content.fill(0xff, 4096, 8192));
    const empty = join(root, 'empty.db');
    await writeFile(empty, '');
    for (const file of [broken, empty]) {
      const { code, err } = await impulse(['restore', file]);
      expect(code).toBe(1);
      expect(err).toContain('Nothing was changed');
    }
    expect((await impulse(['restore', join(root, 'missing.db')])).err).toContain('cannot be read');
    expect(noteIn(current().database)).toBe('now');
  });

  test('is refused while a node runs', async () => {
    const backup = join(root, 'backup.db');
    await makeDatabase(backup, 'then');
    const { directory } = await openDataDirectory(root);
    const lock = await lockDataDirectory(directory, 1);
    const { code } = await impulse(['restore', backup]);
    await lock.release();
    expect(code).toBe(3);
  });
});

test('columns are aligned, numbers to the right', () => {
  expect(
    table(
      ['Name', 'Posts'],
      [
        ['Mara', 7],
        ['Ö', 1234],
      ],
    ),
  ).toBe('Name  Posts\nMara      7\nÖ      1234');
});

test('an internal error of the node does not reveal its details', async () => {
  const { code, err } = await impulse(['peers']);
  expect(code).toBe(1);
  expect(err).toContain('log of this node');
});

test('[B12] a claimed name stands beside the importer, whatever it contains', () => {
  expect(byline('eve', null)).toBe('eve');
  expect(byline('eve', 'mara')).toBe('mara (imported by eve)');
  expect(byline('eve', '')).toBe('no name (imported by eve)');
  expect(byline('eve', '\u001b[2Kmara\n')).toBe('mara (imported by eve)');
  expect(byline('eve', 'm'.repeat(200))).toBe(`${'m'.repeat(32)}… (imported by eve)`);
});
