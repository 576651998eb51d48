import { beforeEach, expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Chain } from '../ledger/index.ts';
import { HistoryFiller } from '../ledger/sync/history-filler.ts';
import { ledgerMigrations } from '../ledger/migrations.ts';
import { trustIn } from '../ledger/proofs/proof.ts';
import { Prover } from '../ledger/chain/prover.ts';
import { openManifest } from '../ledger/chain/snapshot.ts';
import { TestLedger, type Person } from '../ledger/test-ledger.ts';
import type { RightsChange } from '../log/kinds.ts';
import { memoryBls } from '../platform/memory/bls.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { RosterSync } from './roster-sync.ts';
import { Roster } from './roster.ts';

let ledger: TestLedger;
let mara: Person;
let odin: Person;

beforeEach(() => {
  ledger = new TestLedger({ parameters: { snapshotInterval: 4 } });
  mara = ledger.founder;
  odin = ledger.person('odin');
});

function followed(chain: Chain, told = 0) {
  const { founder, handle, createdAt } = ledger.origin;
  const roster = new Roster({ key: founder, handle, time: ticksOf(createdAt) });
  const rosterSync = new RosterSync({ chain, roster, told });
  const heard: RightsChange[][] = [];
  rosterSync.onChange((rights) => heard.push([...rights]));
  return { roster, rosterSync, heard };
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

/** The snapshot at height 4, as peers provide it. */
function fetched() {
  const { snapshots, store } = ledger.chain;
  const cut = snapshots.cut(4)!;
  const manifest = new Prover(ledger.origin.id, store).manifest(4, cut);
  const snapshot = openManifest(manifest, trustIn(ledger.origin, memoryBls), memoryBls);
  return { snapshot, parts: cut.slots.map((_, part) => snapshots.part(4, part)!) };
}

const rolesOf = (roster: Roster, times: readonly number[]) =>
  times.map((time) => roster.roleAt(odin.key, ticksOf(time)));
const view = (roster: Roster) =>
  roster
    .members()
    .map(({ key, rightsHistory, ...member }) => ({
      ...member,
      key: Buffer.from(key).toString('hex'),
      rightsHistory,
    }))
    .sort((a, b) => a.key.localeCompare(b.key));

test('[M1] [M9] the roster follows the chain and reports whose rights each block changed', async () => {
  const { roster, heard } = followed(ledger.chain);
  const times = await story();
  expect(rolesOf(roster, times)).toEqual(['moderator', 'member', null, 'member']);
  expect(roster.member(odin.key)).toMatchObject({ handle: 'Wotan', handleBlock: 5, invitedBy: mara.key });
  expect(heard).toEqual([
    ...times.map((time) => [{ keys: [odin.key], since: ticksOf(time) }]),
    [{ keys: [], since: ticksOf(ledger.chain.base.time) }],
  ]);
});

test('[M1] a node that restarts, or reads the blocks later, has the same roster', async () => {
  const { roster } = followed(ledger.chain);
  await story();
  expect(view(followed(ledger.chain).roster)).toEqual(view(roster));
});

test('[M9] a node that stopped halfway reports the remaining changes when it starts again', async () => {
  const times = await story();
  const { rosterSync } = followed(ledger.chain, 2);
  expect(rosterSync.missed).toEqual({
    rights: [
      { keys: [odin.key], since: ticksOf(times[2]!) },
      { keys: [odin.key], since: ticksOf(times[3]!) },
      { keys: [], since: ticksOf(ledger.chain.base.time) },
    ],
    height: 5,
  });
});

test('[M1] transactions that are not about people change nothing', async () => {
  const { heard } = followed(ledger.chain);
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'guest' });
  await ledger.act(mara, 'credit.transfer', { to: odin.key, amount: 5, memo: '' });
  expect(heard).toHaveLength(1);
});

test('[M8] a node that begins with a snapshot knows the members, and judges by the whole history once it has it', async () => {
  const times = await story();
  const db = openDatabase(':memory:', ledgerMigrations);
  const joined = ledger.replica({ db });
  joined.begin(fetched());
  const { roster, rosterSync, heard } = followed(joined);
  const since0 = [{ since: 0 }, { since: 0 }];
  expect(rosterSync.missed).toMatchObject({ rights: since0, height: 0 });
  expect(followed(joined, 2).rosterSync.missed.rights).toMatchObject(since0);
  expect(followed(joined, 3).rosterSync.missed.rights).toEqual([]);
  rosterSync.look();
  expect(heard).toEqual([]);
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
    filler.fill(ledger.chain.store.block(missing.height)!, ledger.chain.store.ownSeal(missing.height));
  }
  rosterSync.look();
  expect(rolesOf(roster, times)).toEqual(['moderator', 'member', null, 'member']);
  expect(heard).toEqual([[{ keys: [odin.key], since: ticksOf(times[0]!) }]]);
  await joined.finalise((await ledger.chain.run(5))!);
  expect(view(roster)).toEqual(view(followed(ledger.chain).roster));
});

test('[M8] a node that jumps over a gap with a snapshot knows what happened in between', async () => {
  const behind = ledger.replica();
  const { roster, rosterSync, heard } = followed(behind);
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'moderator', handle: 'Odin' });
  await behind.finalise((await ledger.chain.run(1))!);
  expect(roster.roleAt(odin.key, ticksOf(behind.base.time))).toBe('moderator');
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'guest' });
  const thor = ledger.person('thor');
  await ledger.act(mara, 'role.grant', { member: thor.key, role: 'member', handle: 'Thor' });
  await ledger.act(odin, 'handle.register', { handle: 'Wotan' });
  behind.begin(fetched());
  rosterSync.look();
  const now = ticksOf(behind.base.time);
  expect([odin, thor].map(({ key }) => roster.roleAt(key, now))).toEqual(['guest', 'member']);
  expect(roster.holderOf('Wotan')?.key).toEqual(odin.key);
  // Odin was a moderator since he joined; the state tells only what he is now.
  const [odinSince, thorSince] = [odin, thor].map(({ key }) => ticksOf(roster.member(key)!.joinedAt));
  expect(heard.at(-1)).toEqual([
    { keys: [odin.key], since: odinSince },
    { keys: [thor.key], since: thorSince },
  ]);
  expect(thorSince).toBeGreaterThan(odinSince!);
  await ledger.act(mara, 'member.ban', { member: thor.key, reason: '', until: null });
  await behind.finalise((await ledger.chain.run(5))!);
  expect(roster.roleAt(thor.key, ticksOf(behind.base.time))).toBeNull();
});
