import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

test('a closed output pipe ends the program without an error', async () => {
  const program = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(program, 'exit');
  program.stdout.destroy();
  expect(await text(program.stderr)).toBe('');
  expect(await ended).toEqual([0, null]);
}, 60_000);
