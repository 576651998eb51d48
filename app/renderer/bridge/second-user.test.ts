import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, impostor, impulse, noSecondUser, serving } from '../../main/cli/test-second-user.ts';
import { GREETING_PATH, randomSecret } from '../../contract/session.ts';
import { PageSession, type Post } from './page-session.ts';

test.skipIf(noSecondUser !== null)(
  `a second user who takes the port while the node is down gets neither key nor proof from an open page ${noSecondUser ?? ''}`,
  { timeout: 120_000 },
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'impulse-port-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    chmodSync(root, 0o755);
    const data = join(root, 'data');
    expect((await impulse(['init', '--name', 'Quay', '--handle', 'mara', '--data', data])).code).toBe(0);
    const port = await freePort();
    const node = await serving(data, port);
    onTestFinished(() => void node.program.kill('SIGKILL'));
    const { out } = await impulse(['open', '--print', '--json', '--data', data]);
    const code = /#code=([\w-]{43})/.exec(out)![1]!;

    const held = new Map<string, string>();
    const storage = {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    };
    const post: Post = async (path, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json().catch(() => null) };
    };
    const page = new PageSession(code, storage, post);
    expect(await page.subprotocol()).toHaveProperty('protocol');
    const { key } = JSON.parse(held.get('impulse.session')!) as { key: string };

    node.program.kill('SIGKILL');
    await node.ended;
    const other = await impostor(port, { nonce: randomSecret(), proof: randomSecret() });
    onTestFinished(() => void other.program.kill('SIGKILL'));
    expect(await page.subprotocol()).toEqual({ refused: 'unproven' });
    const received = other.received();
    expect(received).toContain(`POST ${GREETING_PATH}`);
    expect(received).not.toContain(key);
    expect(received).not.toContain('proof');
  },
);
