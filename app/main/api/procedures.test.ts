import { createRouterClient } from '@orpc/server';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Problem } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { implementContract } from './procedures.ts';

/** The form in which callers and the log see an error in a procedure. */
async function toldOf(work: () => Promise<never>) {
  const logged: unknown[] = [];
  const note = (event: string, fields?: object) => logged.push({ event, ...fields });
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const { node } = implementContract({ logger, open: () => Promise.reject(new Error('no community')) });
  const client = createRouterClient(
    { list: node.communities.list.handler(work) },
    { context: { via: 'program' } },
  );
  const error = await client.list({}).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, logged };
}

test('an error of the file system reaches the caller as a sentence with a remedy, and the log', async () => {
  const { error, logged } = await toldOf(() =>
    readFile('/nowhere/keys.json').then(() => Promise.reject(new Error())),
  );
  expect(error).toMatchObject({
    code: 'PROBLEM',
    data: {
      code: 'file-missing',
      message: '/nowhere/keys.json cannot be opened: it or its folder does not exist.',
      remedy: 'Check the path.',
    },
  });
  expect(logged).toMatchObject([{ event: 'procedure-failed', path: 'list' }]);
});

test('a Problem reaches the caller as it is; any other error is logged, and not told', async () => {
  const refused = await toldOf(() =>
    Promise.reject(new Problem('too-late', 'It is too late.', 'Come earlier.')),
  );
  expect(refused).toMatchObject({ error: { code: 'PROBLEM', data: { code: 'too-late' } }, logged: [] });
  const { error, logged } = await toldOf(() => Promise.reject(new Error('secret detail')));
  expect(error).not.toMatchObject({ code: 'PROBLEM' });
  expect(logged).toMatchObject([{ event: 'procedure-failed', reason: 'secret detail' }]);
});
