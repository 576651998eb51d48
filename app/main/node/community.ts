import { openGenesis, type Genesis } from '../community/index.ts';
import {
  activeFeatures,
  blaming,
  gather,
  mustTakeItsKinds,
  neededBy,
  stopAll,
  type Contributions,
  type Feature,
  type FeaturePorts,
  type Lifecycle,
  type ServicesOf,
  type StoredBase,
  type WorldPorts,
} from '../feature/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { noQuota } from '../kernel/quota.ts';
import type { Database, Migration } from '../kernel/database.ts';
import { msOf, ticksOf } from '../kernel/hybrid-time.ts';
import { kindsOf } from '../ledger/index.ts';
import { LogStore, metaOf } from '../log/store.ts';
import { MeasuredLogStore } from './communities/measured-log-store.ts';
import { features } from './features.ts';

const ours: readonly Feature[] = features;

/** The shape of a community's database: the steps of all features. */
export const migrations: readonly Migration[] = ours.flatMap((feature) => feature.migrations ?? []);

/** Tables that a repair keeps: their rows do not follow from the events. */
export const keptTables: readonly string[] = ours.flatMap(({ tables }) => tables?.kept ?? []);

/** Tables that are made again from events and blocks. */
export const derivedTables: readonly string[] = ours.flatMap(({ tables }) => tables?.derived ?? []);

/** The bytes that all features keep outside the database, as their tables tell. */
export const filesBytes = (db: Database): number =>
  ours.reduce((sum, feature) => sum + (feature.filesBytes?.(db) ?? 0), 0);

/** The world that a community runs in. */
export type CommunityPorts = WorldPorts;

/** The services of all features, by name. */
export type Services = ServicesOf<typeof features>;
export type Community = Awaited<ReturnType<typeof openCommunity>>;

const GENESIS = 'community.genesis';
const JOINED = 'community.joined';
const PERSON = 'community.person';

/**
 * Records which community a database belongs to, and the number of the person who takes part in it [CM7]; done
 * once, before it is opened.
 */
export function foundCommunity(db: Database, genesis: Genesis, joinedTicks: number, person = 0): void {
  const store = new LogStore(db);
  db.transaction(() => {
    store.setMeta(GENESIS, genesis.bytes);
    store.setMeta(JOINED, joinedTicks);
    store.setMeta(PERSON, person);
  });
}

/** [CM7] The number of the person who takes part, and when they joined in milliseconds since the Unix epoch. */
export function participationOf(db: Database, genesis: Genesis): { person: number; joinedAt: number } {
  const joined = metaOf<number>(db, JOINED);
  return {
    person: metaOf<number>(db, PERSON) ?? 0,
    joinedAt: joined === null ? genesis.createdAt : msOf(joined),
  };
}

/** The genesis of a database, or null while it has none. */
export function genesisOf(db: Database): Genesis | null {
  const bytes = metaOf<Uint8Array>(db, GENESIS);
  return bytes ? openGenesis(bytes) : null;
}

/**
 * Opens one community: what features store, then their services in the order of their needs. Nothing runs before
 * `start`.
 *
 * @param list the features, as another release has them: those of this node, with other kinds of events.
 */
export async function openCommunity(ports: CommunityPorts, genesis: Genesis, list = ours) {
  const { db, signer, transport, logger, quota = noQuota } = ports;
  const active = activeFeatures(list, ports.settings().features.off);
  const off = list.filter((feature) => !active.includes(feature));
  const kindsOff = new Set(off.flatMap(({ kinds }) => kinds ?? []).map(({ name }) => name));
  const store = new MeasuredLogStore(
    db,
    quota,
    list.flatMap(({ kinds }) => kinds ?? []),
  );
  const genesisTime = ticksOf(genesis.createdAt);
  const base: StoredBase = {
    ...ports,
    quota,
    store,
    genesis,
    genesisTime,
    me: signer.publicKey,
    isMe: (key) => equalBytes(key, signer.publicKey),
    since: store.meta<number>(JOINED) ?? genesisTime,
  };
  const stored = new Map<string, Contributions>(
    active.map(({ name, stored: make }) => [name, blaming(logger, name, 'stored', () => make?.(base) ?? {})]),
  );
  for (const feature of active) mustTakeItsKinds(feature, stored.get(feature.name)!);
  const full: FeaturePorts = {
    ...ports,
    ...base,
    gathered: gather([...stored.values()]),
    ledgerKinds: kindsOf(...list.flatMap(({ ledgerKinds }) => [...(ledgerKinds?.values() ?? [])])),
    ledgerProjections: list.flatMap(({ ledgerProjection }) => ledgerProjection?.(base) ?? []),
    isOff: (kind) => kindsOff.has(kind),
  };
  const made: Record<string, unknown> = {};
  for (const feature of active) {
    const { name, create } = feature;
    const needed = neededBy(feature, made);
    made[name] = blaming(logger, name, 'create', () =>
      create?.(full as never, needed as never, stored.get(name) as never),
    );
  }
  const services = made as unknown as Services;
  const running = active.map(({ name }) => [name, (made[name] ?? {}) as Lifecycle] as const);
  for (const [name, service] of running) blaming(logger, name, 'opened', () => service.opened?.());

  return {
    ...services,
    genesis,
    db,
    transport,
    start(): void {
      for (const [name, service] of running) blaming(logger, name, 'start', () => service.start?.());
    },
    stop: (): Promise<void> => stopAll(running, ports),
  };
}
