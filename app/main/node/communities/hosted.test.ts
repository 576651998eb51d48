import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { utf8 } from '../../kernel/bytes.ts';
import { cidOf } from '../../kernel/cid.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { StillClock } from '../../platform/memory/test-community.ts';
import { communityLayout } from '../data-directory.ts';
import { problem } from '../problems.ts';
import { blankCard, readCard, writeCard, type Card } from './card-file.ts';
import { HostedCommunity } from './hosted.ts';
import type { OpenCommunity } from './open.ts';

const ID = cidOf(sha256(utf8('harbour')));

/** A closed community with these facts on its card, at a time in milliseconds since the Unix epoch. */
async function closed(
  facts: Partial<Card>,
  nowMs: number,
  open = (): Promise<OpenCommunity> => Promise.reject(new Error('it is not opened here')),
): Promise<HostedCommunity> {
  const directory = communityLayout(await mkdtemp(join(tmpdir(), 'impulse-hosted-')));
  onTestFinished(() => rmSync(directory.path, { recursive: true, force: true }));
  await writeCard(directory.card, { ...blankCard(ID), ...facts });
  const clock = new StillClock();
  await clock.pass(nowMs - clock.now());
  return HostedCommunity.read({
    id: ID,
    directory,
    clock,
    logger: silentLogger,
    open,
    isNeededByPeers: () => false,
    changed() {},
  });
}

const NOW = 1_900_000_000_000;

test('[CM8] a closed community is needed once the earliest timer of its ledger is due', async () => {
  expect((await closed({ dueAt: NOW + 1 }, NOW)).kept().isNeeded).toBe(false);
  expect((await closed({ dueAt: NOW }, NOW)).kept().isNeeded).toBe(true);
  expect((await closed({ dueAt: NOW, archived: true }, NOW)).kept().isNeeded).toBe(false);
});

test('[CM1] a community whose blocks this node signs with others is needed while it is closed', async () => {
  expect((await closed({ validates: true }, NOW)).kept().isNeeded).toBe(true);
  expect((await closed({ validates: true, archived: true }, NOW)).kept().isNeeded).toBe(false);
});

test('[CM4] a community that cannot be opened says so, and does not open by itself', async () => {
  const hosted = await closed({ name: 'Harbour' }, NOW);
  await expect(hosted.use()).rejects.toThrow('it is not opened here');
  expect(hosted.card()).toMatchObject({ name: 'Harbour', state: 'broken' });
  expect(hosted.kept()).toMatchObject({ isOpen: false, mayOpen: false, isNeeded: false });
});

test('[CM6] a community is archived only once that is written down', async () => {
  const hosted = await closed({ name: 'Harbour' }, NOW);
  await hosted.change({ archived: true });
  expect(await readCard(hosted.directory.card)).toMatchObject({ archived: true });
  rmSync(hosted.directory.path, { recursive: true });
  await expect(hosted.change({ archived: false })).rejects.toMatchObject({ code: 'ENOENT' });
  expect(hosted.card().state).toBe('archived');
});

test('[CM5] a community that has ended does not open, also not for a call that waits for its closing', async () => {
  let openings = 0;
  const hosted = await closed({}, NOW, () => {
    openings++;
    return Promise.reject(new Error('it is not opened here'));
  });
  const closing = hosted.close();
  const waiting = hosted.use();
  const over = problem('node-stopping');
  await Promise.all([closing, hosted.end(over), expect(waiting).rejects.toBe(over)]);
  await expect(hosted.open()).rejects.toBe(over);
  expect(openings).toBe(0);
});
