import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readHostInfo } from '../host/host-info.ts';
import { dataLayout } from '../node/data-directory.ts';
import { asOther, freePort, impostor, impulse, noSecondUser, serving } from './test-second-user.ts';

/** The word that begins every secret of an address. */
const CODE = /#code=([\w-]{43})/;

describe.skipIf(noSecondUser !== null)(
  `a second user of the machine ${noSecondUser ?? ''}`,
  { timeout: 120_000 },
  () => {
    let root: string;
    let data: string;
    let port: number;
    let node: Awaited<ReturnType<typeof serving>>;
    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'impulse-second-'));
      // As a home directory often is: others may pass through.
      chmodSync(root, 0o755);
      data = join(root, 'data');
      const { code, err } = await impulse(['init', '--name', 'Harbour', '--handle', 'mara', '--data', data]);
      if (code !== 0) throw new Error(err);
      port = await freePort();
      node = await serving(data, port);
    }, 120_000);
    afterAll(async () => {
      node.program.kill('SIGKILL');
      await node.ended;
      rmSync(root, { recursive: true, force: true });
    });

    test('sees no code in the list of processes while the console is opened', async () => {
      const tools = mkdtempSync(join(root, 'tools-'));
      const browser = join(tools, 'xdg-open');
      const done = join(tools, 'done');
      writeFileSync(browser, `#!/bin/sh\nwhile ! test -e ${done}; do sleep 0.1; done\n`, { mode: 0o755 });
      const look = `while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '; ps axww -o args=; done`;
      const watcher = asOther('sh', ['-c', look]);
      try {
        const { code, out } = await impulse(['open', '--json', '--data', data], {
          PATH: `${tools}:${process.env['PATH']}`,
        });
        expect(code).toBe(0);
        const answer = JSON.parse(out) as { url: string; opened: boolean };
        expect(answer.opened).toBe(true);
        // The watcher has seen the command and the browser, so it would have seen their arguments.
        await vi.waitFor(
          () => {
            expect(watcher.said()).toContain('open --json');
            expect(watcher.said()).toContain(`xdg-open ${data}`);
          },
          { timeout: 20_000 },
        );
        const [, secret] = CODE.exec(answer.url)!;
        expect(watcher.said()).not.toContain(secret);
        expect(watcher.said()).not.toMatch(CODE);
      } finally {
        writeFileSync(done, '');
        watcher.program.kill('SIGKILL');
        await watcher.ended;
      }
    });

    test('cannot connect to the private socket, nor list or read the data directory', async () => {
      const info = await readHostInfo(dataLayout(data).hostInfo);
      expect(existsSync(info!.socket)).toBe(true);
      const inside = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name));
      expect(inside.length).toBeGreaterThan(5);
      const script = `
      const fs = require('node:fs');
      const [socket, folder, ...paths] = JSON.parse(process.argv[1]);
      const got = [];
      try { fs.readdirSync(folder); got.push(folder); } catch (error) {
        if (error.code !== 'EACCES') got.push(folder + ' ' + error.code);
      }
      for (const path of paths)
        for (const flags of ['r', 'r+'])
          try { fs.closeSync(fs.openSync(path, flags)); got.push(path); } catch (error) {
            if (error.code !== 'EACCES') got.push(path + ' ' + error.code);
          }
      require('node:net').connect(socket)
        .on('connect', () => { got.push(socket); end(); })
        .on('error', (error) => { if (error.code !== 'EACCES') got.push(socket + ' ' + error.code); end(); });
      function end() { console.log(JSON.stringify({ uid: process.getuid(), got })); process.exit(); }
    `;
      const other = asOther(process.execPath, [
        '-e',
        script,
        JSON.stringify([info!.socket, data, ...inside]),
      ]);
      await other.ended;
      expect(JSON.parse(other.said())).toEqual({ uid: 54_321, got: [] });
    });

    test('who takes the port while the node is down is told nothing by commands', async () => {
      node.program.kill('SIGKILL');
      await node.ended;
      const other = await impostor(port, { nonce: 'x'.repeat(43), proof: 'y'.repeat(43) });
      try {
        expect((await impulse(['status', '--json', '--data', data])).code).toBe(0);
        expect((await impulse(['post', 'general', 'Calm', '--subject', 'Sea', '--data', data])).code).toBe(0);
        const opened = await impulse(['open', '--print', '--data', data]);
        expect(opened.code).not.toBe(0);
        expect(opened.out).not.toMatch(CODE);
        expect(other.received()).toBe('');
      } finally {
        other.program.kill('SIGKILL');
        await other.ended;
      }
    });
  },
);
