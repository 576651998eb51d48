import { expect, test } from 'vitest';
import { callsOf } from '../api/test-calls.ts';
import type { StoredBase } from '../feature/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { didOf } from '../kernel/did.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { silentLogger } from '../kernel/logger.ts';
import { TestLedger, type Person } from '../ledger/test-ledger.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import { openGate } from '../moderation/test-gate.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import type { membersApi } from './api.ts';
import { membersFeature } from './feature.ts';
import { memberMigrations } from './migrations.ts';

const ledgerOf = (): TestLedger => new TestLedger();

/** The members on a node of `me`, over a ledger on which the founder acts. Handles with “rude” must be hidden. */
function opened(
  ledger: TestLedger,
  me: Person,
  judge: (handle: string) => Promise<boolean> = async (handle) => handle.includes('rude'),
  follows: object = ledger.chain,
) {
  const { origin, clock, founder } = ledger;
  const genesis = { founder: founder.key, handle: 'Mara' };
  const genesisTime = ticksOf(origin.createdAt);
  const stored = membersFeature.stored!({ genesis, genesisTime } as unknown as StoredBase);
  const db = openDatabase(':memory:', [...logMigrations, ...memberMigrations]);
  const log = new Log({
    db,
    store: new LogStore(db),
    clock,
    verifier: immediateVerifier,
    community: origin.id,
    genesisTime,
    projections: [],
    authority: stored.roster,
  });
  const judged: [handle: string, holder: Uint8Array][] = [];
  const warned: unknown[] = [];
  const looks: (() => void)[] = [];
  const ports = {
    db,
    clock,
    signer: me.signer,
    logger: { ...silentLogger, warn: (event: string) => void warned.push(event) },
    gathered: { messages: { of: () => 2, onChange: () => () => {} } },
    genesis,
    isMe: (key: Uint8Array) => equalBytes(key, me.key),
  };
  const hides = (handle: string, holder: Uint8Array) => {
    judged.push([handle, holder]);
    return judge(handle);
  };
  const needs = {
    ledger: {
      chain: follows,
      ordering: { onChange: (look: () => void) => looks.push(look) },
      act: (kind: string, body: unknown) => ledger.act(me, kind, body),
    },
    log,
    moderation: { gate: { ...openGate, hides } },
    presence: { isOnline: () => false, lastSeenAt: () => null, onChange: () => () => {} },
  };
  const members = membersFeature.create!(ports as never, needs as never, stored);
  const shown = () => members.list().map(({ handle }) => handle);
  return { stored, log, judged, warned, looks, members, shown };
}
const admit = (ledger: TestLedger, person: Person, handle: string) =>
  ledger.act(ledger.founder, 'role.grant', { member: person.key, role: 'member', handle });

test('[M12] handles are shown once the models judged them; those of oneself and of the founder always', async () => {
  const ledger = ledgerOf();
  const [odin, thor, loki] = ['odin', 'thor', 'loki'].map((name) => ledger.person(name));
  await admit(ledger, odin!, 'rude Odin');
  await admit(ledger, thor!, 'Thor');
  const { members, shown, judged } = opened(ledger, odin!);
  const end = ({ key }: Person) => didOf(key).slice(-6);
  expect(shown().toSorted()).toEqual(['Mara', 'rude Odin', end(thor!)].toSorted());
  let changes = 0;
  members.onChange(() => changes++);
  members.start();
  await ledger.clock.pass(1000);
  expect(shown().toSorted()).toEqual(['Mara', 'Thor', 'rude Odin'].toSorted());
  expect(changes).toBe(1);
  await admit(ledger, loki!, 'rude Loki');
  await ledger.clock.pass(1000);
  expect(shown()).toContain(end(loki!));
  expect(judged).toContainEqual(['rude Loki', loki!.key]);
  members.stop();
  await admit(ledger, ledger.person('freyr'), 'Freyr');
  await ledger.clock.pass(1000);
  expect(judged.map(([handle]) => handle)).toEqual(['Mara', 'rude Odin', 'Thor', 'rude Loki']);
});

test('a handle that passed the gate here is not judged again', async () => {
  const ledger = ledgerOf();
  const { members, judged } = opened(ledger, ledger.founder);
  members.start();
  await members.setHandle('Mara Two');
  await ledger.clock.pass(1000);
  expect(judged.map(([handle]) => handle)).toEqual(['Mara']);
});

test('models that fail to judge a handle are named in the log', async () => {
  const ledger = ledgerOf();
  const { members, warned } = opened(ledger, ledger.founder, () => Promise.reject(new Error('no models')));
  members.start();
  await ledger.clock.pass(10);
  expect(warned).toEqual(['handles-not-judged']);
});

test('[M9] the log hears of blocks that came while the node was off, then of each block', async () => {
  const ledger = ledgerOf();
  const odin = ledger.person('odin');
  await admit(ledger, odin, 'Odin');
  const { members, log } = opened(ledger, ledger.founder);
  expect([log.rightsMark, log.now >= ticksOf(ledger.chain.base.time)]).toEqual([0, true]);
  members.opened();
  expect(log.rightsMark).toBe(1);
  await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'guest' });
  expect(log.rightsMark).toBe(2);
  expect(log.now).toBeGreaterThanOrEqual(ticksOf(ledger.chain.base.time));
});

test('[M8] the roster is read again when the ledger has jumped to another block', async () => {
  const ledger = ledgerOf();
  const { chain } = ledger;
  let { base } = chain;
  const jumping = {
    get base() {
      return base;
    },
    store: chain.store,
    entriesUnder: (prefix: string) => chain.entriesUnder(prefix),
    onFinal: () => {},
  };
  const { looks, members } = opened(ledger, ledger.founder, undefined, jumping);
  const odin = ledger.person('odin');
  await admit(ledger, odin, 'Odin');
  expect(members.roster.knows(odin.key)).toBe(false);
  ({ base } = chain);
  for (const look of looks) look();
  expect(members.roster.knows(odin.key)).toBe(true);
});

test('a sysop changes roles, bans and handles by the contract, and hears of changes', async () => {
  const ledger = ledgerOf();
  const odin = ledger.person('odin');
  await admit(ledger, odin, 'Odin');
  const { members, stored } = opened(ledger, ledger.founder);
  members.start();
  let changed = 0;
  const calls = callsOf(
    ({ members: api }) => membersFeature.api!(api as never, () => members) as ReturnType<typeof membersApi>,
    { changed: () => changed++ },
  );
  const did = didOf(odin.key);
  const changes = await calls.changes({});
  const next = changes.next();
  expect(await calls.setRole({ did, role: 'moderator' })).toEqual({});
  await ledger.clock.pass(1000);
  expect(await next).toEqual({ done: false, value: {} });
  await changes.return();
  const now = async () => (await calls.list({})).find((one) => one.did === did);
  expect(await now()).toMatchObject({ role: 'moderator', posts: 2, banned: null });
  expect(await calls.ban({ did, reason: 'flood' })).toEqual({});
  expect(await now()).toMatchObject({ banned: { reason: 'flood', until: null } });
  expect(await calls.lift({ did })).toEqual({});
  expect(await now()).toMatchObject({ banned: null });
  expect(changed).toBe(0);
  expect(await calls.setHandle({ handle: 'Mara Two' })).toEqual({});
  expect([changed, members.me().handle]).toEqual([1, 'Mara Two']);
  expect(membersFeature.counts!(members, 0)).toEqual({ members: 2 });
  expect(stored.people.joinedAt(odin.key)).toBe(stored.roster.member(odin.key)!.joinedAt);
  expect(stored.people.joinedAt(ledger.person('loki').key)).toBe(0);
  expect(membersFeature).toMatchObject({
    name: 'members',
    needs: ['ledger', 'log', 'moderation', 'presence'],
    tables: { kept: ['handle_judged'] },
  });
});
