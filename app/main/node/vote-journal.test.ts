import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openVoteJournal } from './vote-journal.ts';
import { communityLayout } from './data-directory.ts';

const key = new Uint8Array(48).fill(1);
let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'impulse-votes-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

/** Opens the journal, uses it and closes it, as a node does from start to stop. */
async function within<T>(
  work: (journal: Awaited<ReturnType<typeof openVoteJournal>>) => Promise<T>,
  isNew = false,
) {
  const journal = await openVoteJournal(communityLayout(path), key, isNew);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

const signStateOf = () => within(({ signState }) => signState.read());

test('[K10] a new key has an empty sign state, and an old key without a record has none', async () => {
  expect(await signStateOf()).toBeNull();
  expect(await within(({ signState }) => signState.read(), true)).toEqual({ votes: 0, slot: 0 });
});

test('[K10] the sign state is the newest that was written, also after a restart and any number of turns', async () => {
  for (let votes = 1; votes <= 5; votes++) {
    await within(async ({ signState }) => signState.write({ votes, slot: votes * 2 }));
    expect(await signStateOf()).toEqual({ votes, slot: votes * 2 });
  }
  await within(async ({ signState }) => {
    for (let votes = 6; votes <= 9; votes++) await signState.write({ votes, slot: votes * 2 });
  });
  expect(await signStateOf()).toEqual({ votes: 9, slot: 18 });
});

test('[K10] a half-written record leaves the previous one in force', async () => {
  await within(async ({ signState }) => {
    await signState.write({ votes: 1, slot: 1 });
    await signState.write({ votes: 2, slot: 2 });
  });
  const bytes = readFileSync(communityLayout(path).signState);
  bytes.fill(0, 256 + 40);
  writeFileSync(communityLayout(path).signState, bytes);
  expect(await signStateOf()).toEqual({ votes: 1, slot: 1 });
});

test('[K10] the sign state of another key says nothing about this one', async () => {
  await within(async ({ signState }) => signState.write({ votes: 3, slot: 3 }));
  const other = await openVoteJournal(communityLayout(path), new Uint8Array(48).fill(2), false);
  expect(await other.signState.read()).toBeNull();
  await other.close();
});

test('[K10] a newly founded or joined community begins with an empty vote log', async () => {
  await within(async ({ votes, signState }) => {
    await votes.begin(key);
    await signState.write({ votes: 7, slot: 9 });
  });
  await within(async ({ votes, signState }) => {
    expect(await votes.load(key)).toBeNull();
    expect(await signState.read()).toEqual({ votes: 0, slot: 0 });
  }, true);
});
