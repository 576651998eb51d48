import type { CommunityStatus, Settings } from '../../contract/index.ts';
import type { ServiceIn } from '../api/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Genesis } from '../community/index.ts';
import type { ChunkDisk } from '../files/index.ts';
import type { Database, Migration } from '../kernel/database.ts';
import type { Metric } from '../kernel/metric.ts';
import type { Quota } from '../kernel/quota.ts';
import type { LedgerKinds, LedgerProjection } from '../ledger/index.ts';
import type { Authority, Kind, Projection } from '../log/kinds.ts';
import type { LogStore } from '../log/store.ts';
import type { MessageCounts } from '../members/index.ts';
import type { ItemSource, Rulings } from '../moderation/index.ts';
import type { SimAct } from './sim.ts';
import type { CommandSpec } from './command.ts';

/** The parts that a feature may use before the log is open: the community's database and its constants. */
export interface StoredBase {
  readonly db: Database;
  readonly store: LogStore;
  readonly clock: Clock;
  readonly chunks: ChunkDisk;
  /** The settings in force in this community, read on each use. */
  readonly settings: () => Settings;
  readonly quota: Quota;
  readonly genesis: Genesis;
  /** Ticks of the genesis document. */
  readonly genesisTime: number;
  /** The key of this node's person. */
  readonly me: Uint8Array;
  readonly isMe: (key: Uint8Array) => boolean;
  /** Ticks of joining: older items count as read. */
  readonly since: number;
}

/** Who belongs to the community and what they may do. */
export interface People extends Authority {
  /** Milliseconds since the epoch; 0 for an unknown person. */
  joinedAt(key: Uint8Array): number;
}

/** A feature's contributions to the shared parts: the log, moderation and the ledger. */
export interface Contributions {
  /** Exactly one feature provides it. */
  readonly people?: People;
  /** How events become rows; each names the event kinds that it handles. */
  readonly projections?: readonly Projection[];
  /** The feature's items that are judged before others see them. */
  readonly items?: readonly ItemSource[];
  /** Rulings by people on items; at most one feature provides them. */
  readonly rulings?: Rulings;
  /** Reads an attached file; null if its bytes are not on this node. At most one feature provides it. */
  readonly readFile?: (digest: Uint8Array) => Promise<Uint8Array | null>;
  /** Summed over the features. */
  readonly messages?: MessageCounts;
  /** How many messages it shows; summed over the features. */
  readonly shown?: () => number;
  /** Scopes for which moderation may have bounds of their own. */
  readonly scopes?: () => readonly { readonly id: string; readonly name: string }[];
}

/** A table is one of two: kept by a repair, or rebuilt from events and blocks. */
export interface Tables {
  readonly kept?: readonly string[];
  readonly derived?: readonly string[];
}

/** Optional hooks of a service while its community is open. */
export interface Lifecycle {
  /** Called when all services are made: finishes work that a crash interrupted. */
  opened?(): void;
  start?(): void;
  /**
   * Stops background writes immediately, since the disk may be gone. Called for all features before any
   * {@link stop}.
   */
  halt?(): void;
  stop?(): void | Promise<void>;
}

/** Counters of the status line that the feature provides. */
export type Counts = Partial<Omit<CommunityStatus['counts'], 'events' | 'replicatedShare'>>;

/**
 * Everything the node knows about a feature; only the name and its needs are required. In a list of features of
 * all kinds, the types that differ are unknown: {@link FeatureSpec} has them.
 */
export interface Feature {
  /** The name of its folder, of its file in the contract and of its folder in the console. */
  readonly name: string;
  /** Features whose services are passed to {@link create}. They start before this one and stop after it. */
  readonly needs: readonly string[];
  /**
   * Whether a sysop may turn it off. It then has no service, its projections take no events, and features that need
   * it are off as well. Transaction kinds stay: all nodes execute the same ledger.
   */
  readonly optional?: boolean;
  /** The numbered migrations of its tables. */
  readonly migrations?: readonly Migration[];
  /** Exactly the tables of the migrations. */
  readonly tables?: Tables;
  /** Views of its tables that other features may read; they see no other rows of the feature. */
  readonly views?: readonly string[];
  /**
   * Counts the bytes that it keeps outside the database, from its tables. Called also while the feature is off, since
   * they count against the quota of the community.
   */
  readonly filesBytes?: (db: Database) => number;
  /** Event kinds; its projections take them. */
  readonly kinds?: readonly Kind[];
  /** Transaction kinds; each exists since a version of the protocol. */
  readonly ledgerKinds?: LedgerKinds;
  /** How transactions become rows. */
  readonly ledgerProjection?: (base: Pick<StoredBase, 'db'>) => LedgerProjection;
  /** Called before the log is open. */
  readonly stored?: (base: StoredBase) => Contributions;
  /** The service. It does nothing before `start`. */
  readonly create?: (ports: never, needs: never, stored: never) => unknown;
  /** Implements the feature's file of the contract. */
  readonly api?: (api: never, service: never) => object;
  readonly metrics?: (service: never) => readonly Metric[];
  readonly counts?: (service: never, nowMs: number) => Counts;
  /** How many decisions wait for this person. */
  readonly duties?: (service: never) => number;
  /** Acts of people in the simulated world. */
  readonly acts?: readonly SimAct<never>[];
  readonly commands?: readonly CommandSpec[];
}

/** A feature with the types of its own parts. */
export interface FeatureSpec<
  Name extends string,
  Ports,
  Needs,
  Stored extends Contributions,
  Service,
> extends Feature {
  readonly name: Name;
  readonly needs: readonly (keyof Needs & string)[];
  readonly stored?: (base: StoredBase) => Stored;
  readonly create?: (ports: Ports, needs: Needs, stored: Stored) => Service;
  readonly api?: (api: never, service: ServiceIn<Service>) => object;
  readonly metrics?: (service: Service) => readonly Metric[];
  readonly counts?: (service: Service, nowMs: number) => Counts;
  readonly duties?: (service: Service) => number;
  readonly acts?: readonly SimAct<NoInfer<Readonly<Record<Name, Service>> & Needs>>[];
}

/**
 * Defines a feature. Its types are checked where the list of a node is made: every need must be in the list
 * and match the parameters of `create`.
 */
export function defineFeature<
  const Name extends string,
  Ports = unknown,
  Needs = Record<never, never>,
  Stored extends Contributions = Contributions,
  Service = undefined,
>(spec: FeatureSpec<Name, Ports, Needs, Stored, Service>): FeatureSpec<Name, Ports, Needs, Stored, Service> {
  return spec;
}

/** The services of a list of features, by name. */
export type ServicesOf<List extends readonly Feature[]> = {
  readonly [One in List[number] as One['name']]: One extends FeatureSpec<
    string,
    infer _Ports,
    infer _Needs,
    infer _Stored,
    infer Service
  >
    ? Service
    : never;
};
