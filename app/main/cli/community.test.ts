import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LedgerStatus } from '../../contract/index.ts';
import { accesses, TestCli } from './test-cli.ts';
import { board, ines, ledgerStatus, node, verification } from './test-connectors.ts';

let cli: TestCli;
const impulse: TestCli['run'] = (...args) => cli.run(...args);
beforeEach(async () => {
  cli = await TestCli.create();
});
afterEach(() => cli.close());

describe.each(accesses)('with %s', (_name, prepare) => {
  test('lists boards for people, without control sequences', async () => {
    await prepare(cli);
    const { code, out } = await impulse(['board', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/harbour {2}Harbour talk +2 +12/);
    expect(out).not.toContain('\u001b');
  });

  test('lists boards for programs', async () => {
    await prepare(cli);
    const { out } = await impulse(['board', 'list', '--json']);
    expect(JSON.parse(out)).toEqual([board]);
  });

  test('posts text from standard input', async () => {
    await prepare(cli);
    const input = () => Promise.resolve('from a file\n');
    const { code, out } = await impulse(['post', 'harbour', '--subject', 'Hello'], { input });
    expect({ code, out: out.trim() }).toEqual({ code: 0, out: 'thread:Hello:from a file' });
  });

  test('shows a problem with its remedy and exits with 1', async () => {
    await prepare(cli);
    expect(await impulse(['members'])).toEqual({
      code: 1,
      out: '',
      err: 'There is no community.\nMake one.\n',
    });
    const { out } = await impulse(['members', '--json']);
    expect(JSON.parse(out)).toMatchObject({ problem: { code: 'no-community' } });
  });

  test('changes a member who is named by handle or identity, and prints the result', async () => {
    await prepare(cli);
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
    await prepare(cli);
    node.roll = [ines];
    const { code, err } = await impulse(['members', 'ban', 'ines', '--reason', 'waits']);
    expect(code).toBe(1);
    expect(err).toContain('2 of 3 validators must sign, and nothing comes from odin.');
  });

  test('schedules a version of the protocol, signature by signature', async () => {
    await prepare(cli);
    const { out } = await impulse(['ledger', 'protocol', 'schedule', '2', '--height', '1400']);
    expect(out).toContain('Version 2 from block 1400 on: 1 of 3 signatures.');
    expect(out).toContain('impulse ledger protocol sign');
    const signed = await impulse(['ledger', 'protocol', 'sign', 'c2NoZWR1bGU', '--json']);
    expect(JSON.parse(signed.out)).toMatchObject({ signatures: 3, transaction: 'bafyreitransaction' });
    expect((await impulse(['ledger', 'protocol', 'cancel'])).out).toContain('Nothing is scheduled any more');
    expect((await impulse(['ledger', 'protocol', 'schedule', '2'])).code).toBe(2);
  });

  test('shows which version is in force, which is scheduled, and whether this release knows it', async () => {
    await prepare(cli);
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
      await prepare(cli);
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
});
