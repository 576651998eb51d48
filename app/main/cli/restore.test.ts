import Database from 'better-sqlite3';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeGenesis } from '../community/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { soleLedger } from '../ledger/index.ts';
import { foundCommunity, migrations } from '../node/community.ts';
import { communityLayout, dataLayout, openDataDirectory } from '../node/data-directory.ts';
import { lockDataDirectory } from '../node/lock.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { TestCli } from './test-cli.ts';

let cli: TestCli;
const impulse: TestCli['run'] = (...args) => cli.run(...args);
beforeEach(async () => {
  cli = await TestCli.create();
});
afterEach(() => cli.close());

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
  const current = () => communityLayout(join(dataLayout(cli.root).communities, cidOf(genesis.id)));
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
    const backup = join(cli.root, 'backup.db');
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
    const broken = join(cli.root, 'broken.db');
    await makeDatabase(broken, 'x'.repeat(20_000));
    const content = await readFile(broken);
    await writeFile(broken, content.fill(0xff, 4096, 8192));
    const empty = join(cli.root, 'empty.db');
    await writeFile(empty, '');
    for (const file of [broken, empty]) {
      const { code, err } = await impulse(['restore', file]);
      expect(code).toBe(1);
      expect(err).toContain('Nothing was changed');
    }
    expect((await impulse(['restore', join(cli.root, 'missing.db')])).err).toContain('cannot be read');
    expect(noteIn(current().database)).toBe('now');
  });

  test('is refused while a node runs', async () => {
    const backup = join(cli.root, 'backup.db');
    await makeDatabase(backup, 'then');
    const { directory } = await openDataDirectory(cli.root);
    const lock = await lockDataDirectory(directory, 1);
    const { code } = await impulse(['restore', backup]);
    await lock.release();
    expect(code).toBe(3);
  });
});
