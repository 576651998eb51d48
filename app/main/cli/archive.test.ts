import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accesses, TestCli } from './test-cli.ts';
import { job, node } from './test-connectors.ts';

let cli: TestCli;
const impulse: TestCli['run'] = (...args) => cli.run(...args);
beforeEach(async () => {
  cli = await TestCli.create();
});
afterEach(() => cli.close());

describe.each(accesses)('with %s', (_name, prepare) => {
  test('an import that fails exits with 1 and says why', async () => {
    await prepare(cli);
    const why = { code: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' };
    node.finish.resolve({ ...job, state: 'failed', problem: why });
    const { code, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(code).toBe(1);
    expect(err).toContain('The disk is full.\nFree some space.');
  });

  test('follows an import with rate and time left, and prints the result', async () => {
    await prepare(cli);
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
    await prepare(cli);
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
    await prepare(cli);
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
    await prepare(cli);
    const exported = { written: 2, waiting: 300, held: 1, deleted: 4, filesMissing: 5 };
    node.finish.resolve({ ...job, kind: 'export', state: 'done', exported });
    const { code, out } = await impulse(['export', 'all.mbox']);
    expect(code).toBe(0);
    expect(out).toBe(
      '2 posts written. Left out: 300 not judged yet (export again later), 1 held back, 4 deleted, 5 attachments that are not on this node.\n',
    );
  });

  test('cancels an import on Ctrl-C', async () => {
    await prepare(cli);
    cli.stopping.abort();
    const { code, err } = await impulse(['import', 'list.mbox', '--board', 'harbour']);
    expect(node.cancelled).toBe('j1');
    expect(code).toBe(1);
    expect(err).toContain('Run the same command again to continue.');
  });

  test('[AR1] a cancelled import lists what it found until then', async () => {
    await prepare(cli);
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
    await prepare(cli);
    const refused = { code: 'board-not-given', message: 'No board.', remedy: 'Use --board.' };
    node.finish.resolve({ ...job, state: 'failed', problem: refused });
    const { code, out, err } = await impulse(['import', 'list.mbox']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('No board.\nUse --board.\n');
  });
});
