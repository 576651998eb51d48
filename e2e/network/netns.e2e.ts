import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test, vi } from 'vitest';
import { namespaces, removeNamespaces } from './netns.ts';
import { capable, ensureTools, runTool } from './tools.ts';
import { createWorld } from './world.ts';

ensureTools();
const obstacle = capable();
if (obstacle !== null) console.log(`*** network lab was skipped: ${obstacle} ***`);

const DEADLINE_MS = 10_000;

/**
 * Another test process that made a world with a router that runs a program, and goes on until it is ended.
 */
const OTHER = `
  import { createWorld } from '${import.meta.dirname}/world.ts';
  const world = createWorld();
  await world.home('home', { nat: 'symmetric', upnp: true });
  console.log(world.folder);
  setInterval(() => {}, 60_000);
`;

async function otherProcess() {
  const argv = ['--input-type=module', '--eval', OTHER];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [folder] = await once(createInterface({ input: child.stdout }), 'line');
  const own = () => namespaces().filter((name) => name.startsWith(`imp-${child.pid}-`));
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { folder: String(folder), own, end };
}

describe.skipIf(obstacle !== null)('cleanup of the network lab', () => {
  test('nothing remains of a world that was closed', async () => {
    const world = createWorld();
    await world.home('home', { nat: 'port-restricted', upnp: true });
    const own = () => namespaces().filter((name) => name.startsWith(`imp-${process.pid}-`));
    expect(own()).toHaveLength(3);
    world.close();
    expect(own()).toEqual([]);
    expect(existsSync(world.folder)).toBe(false);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'nothing remains of a process that %s ended',
    async (signal) => {
      const other = await otherProcess();
      expect(other.own()).toHaveLength(3);
      await other.end(signal);
      await vi.waitFor(() => expect(other.own()).toEqual([]), DEADLINE_MS);
      await vi.waitFor(() => expect(existsSync(other.folder)).toBe(false), DEADLINE_MS);
    },
  );

  test('a new world removes what processes left that are gone, and nothing of those that live', async () => {
    const gone = spawn(process.execPath, ['--eval', '']);
    await once(gone, 'exit');
    const [left, living] = [`imp-${gone.pid}-left`, `imp-${process.ppid}-living`];
    for (const name of [left, living]) runTool(['ip', 'netns', 'add', name]);
    try {
      createWorld().close();
      expect(namespaces()).toContain(living);
      expect(namespaces()).not.toContain(left);
    } finally {
      removeNamespaces(living);
    }
  });
});
