import { beforeEach, expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Chain } from '../ledger/index.ts';
import { HistoryFiller, startFromSnapshot } from '../ledger/bootstrap.ts';
import { ledgerMigrations } from '../ledger/migrations.ts';
import { trustIn } from '../ledger/proof.ts';
import { Prover } from '../ledger/prover.ts';
import { openManifest } from '../ledger/snapshot.ts';
import { TestLedger, type Person } from '../ledger/test-ledger.ts';
import type { RightsChange } from '../log/log.ts';
import { memoryBls } from '../platform/memory/bls.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { Chronicle } from './chronicle.ts';
import { Roster } from './roster.ts';

let ledger: TestLedger;
let mara: Person;
let odin: Person;

beforeEach(() => {
  ledger = new TestLedger({ parameters: { snapshotInterval: 4 } });
  mara = ledger.founder;
  odin = ledger.person('odin');
});

function followed(chain: Chain) {
  const { founder, handle, createdAt } = ledger.origin;
  const roster = new Roster({ key: founder, handle, time: ticksOf(createdAt) });
  const chronicle = new Chronicle({ chain, roster });
  const told: RightsChange[][] = [];
  chronicle.onChange((rights) => told.push([...rights]));
  return { roster, told };
}

/** Admission, another role, a ban and its end, another handle: block times of each. */
async function story(): Promise<number[]> {
  const times: number[] = [];
  for (const [kind, body] of [
    ['role.grant', { member: odin.key, role: 'moderator', handle: 'Odin' }],
    ['role.grant', { member: odin.key, role: 'member' }],
    ['member.ban', { member: odin.key, reason: 'spam', until: null }],
    ['member.lift', { member: odin.key }],
  ] as const) {
    await ledger.act(mara, kind, body);
    times.push(ledger.chain.base.time);
  }
  await ledger.act(odin, 'handle.register', { handle: 'Wotan' });
  return times;
}

const rolesOf = (roster: Roster, times: readonly number[]) =>
  times.map((time) => roster.roleAt(odin.key, ticksOf(time)));
const view = (roster: Roster) =>
  roster
    .members()
    .map(({ key, standings, ...member }) => ({ ...member, key: Buffer.from(key).toString('hex'), standings }))
    .sort((a, b) => a.key.localeCompare(b.key));

test('[M1] [M9] the roster goes with the chain, and tells whose rights each block changed', async () => {
  const { roster, told } = followed(ledger.chain);
  const times = await story();
  expect(rolesOf(roster, times)).toEqual(['moderator', 'member', null, 'member']);
  expect(roster.member(odin.key)).toMatchObject({ handle: 'Wotan', handleBlock: 5, invitedBy: mara.key });
  expect(told).toEqual([
    ...times.map((time) => [{ keys: [odin.key], since: ticksOf(time) }]),
    [{ keys: [], since: ticksOf(ledger.chain.base.time) }],
  ]);
});

test('[M1] a node that starts again, or only reads the blocks later, has the same roster', async () => {
  const { roster } = followed(ledger.chain);
  await story();
  expect(view(followed(ledger.chain).roster)).toEqual(view(roster));
});

test('[M1] what is not about people changes nothing', async () => {
  const { told } = followed(ledger.chain);
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'guest' });
  await ledger.act(mara, 'credit.transfer', { to: odin.key, amount: 5, memo: '' });
  expect(told).toHaveLength(1);
});

test('[M8] who begins with a snapshot knows the members, and judges by the whole history once it is here', async () => {
  const times = await story();
  const trust = trustIn(ledger.origin, memoryBls);
  const { snapshots, store } = ledger.chain;
  const cut = snapshots.cut(4)!;
  const snapshot = openManifest(new Prover(ledger.origin.id, store).manifest(4, cut), trust, memoryBls);
  const db = openDatabase(':memory:', ledgerMigrations);
  startFromSnapshot(
    db,
    snapshot,
    cut.slots.map((_, part) => snapshots.part(4, part)!),
  );
  const joined = ledger.replica({ db });
  const { roster, told } = followed(joined);
  expect(
    roster
      .members()
      .map(({ handle, handleBlock, role }) => [handle, handleBlock, role])
      .sort(),
  ).toEqual([
    ['Mara', null, 'sysop'],
    ['Odin', null, 'member'],
  ]);
  expect(rolesOf(roster, times)).toEqual(['member', 'member', 'member', 'member']);

  const filler = new HistoryFiller(db, ledger.origin, memoryBls);
  for (let missing = filler.missing(); missing; missing = filler.missing()) {
    filler.fill((await ledger.chain.run(missing.height))!);
  }
  await joined.finalise((await ledger.chain.run(5))!);
  expect(view(roster)).toEqual(view(followed(ledger.chain).roster));
  expect(told).toEqual([expect.arrayContaining([{ keys: [odin.key], since: 0 }])]);
});
