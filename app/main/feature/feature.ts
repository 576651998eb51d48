import type { NodeStatus, Settings, ValidatorCard } from '../../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Genesis } from '../community/index.ts';
import type { ChunkDisk } from '../files/index.ts';
import type { Database, Migration } from '../kernel/database.ts';
import type { Metric } from '../kernel/metric.ts';
import type { LedgerKinds, LedgerProjection } from '../ledger/index.ts';
import type { Authority, Kind, Projection } from '../log/kinds.ts';
import type { LogStore } from '../log/store.ts';
import type { MessageCounts } from '../members/index.ts';
import type { ItemSource, Rulings } from '../moderation/index.ts';
import type { SimAct } from './sim.ts';
import type { CommandSpec } from './command.ts';

/** What a feature may use before the log is open: the rows of the community's database and its constants. */
export interface StoredBase {
  readonly db: Database;
  readonly store: LogStore;
  readonly clock: Clock;
  readonly chunks: ChunkDisk;
  readonly settings: () => Settings;
  readonly genesis: Genesis;
  /** Ticks of the genesis document. */
  readonly genesisTime: number;
  /** The key of this node's person. */
  readonly me: Uint8Array;
  readonly isMe: (key: Uint8Array) => boolean;
  /** Ticks of joining: what is older counts as read. */
  readonly since: number;
}

/** Who belongs to the community and what they may do. */
export interface People extends Authority {
  /** Milliseconds since the epoch; 0 for somebody unknown. */
  joinedAt(key: Uint8Array): number;
}

/** What a feature gives to those that all share: the log, moderation and the ledger. */
export interface Contributions {
  /** One feature has it. */
  readonly people?: People;
  /** How events become rows; each names the kinds of events that it takes. */
  readonly projections?: readonly Projection[];
  /** What of the feature is judged before others see it. */
  readonly items?: readonly ItemSource[];
  /** What people decided about items; one feature has it. */
  readonly rulings?: Rulings;
  /** Reads an attached file; null when its bytes are not on this node. One feature has it. */
  readonly readFile?: (digest: Uint8Array) => Promise<Uint8Array | null>;
  /** Added up over the features. */
  readonly messages?: MessageCounts;
  /** Places for which moderation may have bounds of its own. */
  readonly scopes?: () => readonly { readonly id: string; readonly name: string }[];
}

/** A table is one of two: kept by a repair, or made again from events and blocks. */
export interface Tables {
  readonly kept?: readonly string[];
  readonly derived?: readonly string[];
}

/** What a service may have to run while its community is open. */
export interface Lifecycle {
  /** All services are made: finishes what a crash interrupted. */
  opened?(): void;
  start?(): void;
  /** Ends at once what writes by itself: the disk may be gone. Called for all features before any {@link stop}. */
  halt?(): void;
  stop?(): void | Promise<void>;
}

/** Counters of the status line that a feature knows. */
export type Counts = Partial<Omit<NonNullable<NodeStatus['counts']>, 'events' | 'replicatedShare'>>;

/** Everything the node knows of a feature. Only the name and what it needs are obligatory. */
export interface FeatureSpec<Name extends string, Ports, Needs, Stored extends Contributions, Service> {
  /** That of its folder, of its file in the contract and of its folder in the console. */
  readonly name: Name;
  /** Features whose services {@link create} is handed. They start before this one and stop after it. */
  readonly needs: readonly (keyof Needs & string)[];
  /** The numbered shape of its tables. */
  readonly migrations?: readonly Migration[];
  /** Every table of the migrations, and nothing else. */
  readonly tables?: Tables;
  /** Views of its tables that other features may read; the only rows of a feature that they see. */
  readonly views?: readonly string[];
  /** Kinds of events; its projections take them. */
  readonly kinds?: readonly Kind[];
  /** Kinds of transactions. */
  readonly ledgerKinds?: LedgerKinds;
  /** How transactions become rows. */
  readonly ledgerProjection?: (base: Pick<StoredBase, 'db'>) => LedgerProjection;
  /** Made before the log is open. */
  readonly stored?: (base: StoredBase) => Stored;
  /** The service. It does nothing on its own before `start`. */
  readonly create?: (ports: Ports, needs: Needs, stored: Stored) => Service;
  /** Implements the feature's file of the contract; `service` throws a Problem while there is no community. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the router is typed where the list is known
  readonly api?: (api: any, service: () => Service, node: NodeSide) => object;
  readonly metrics?: (service: Service) => readonly Metric[];
  readonly counts?: (service: Service, nowMs: number) => Counts;
  /** What people do in the simulated world. */
  // oxlint-disable-next-line typescript/no-explicit-any -- acts see the services of all features
  readonly acts?: readonly SimAct<any>[];
  readonly commands?: readonly CommandSpec[];
}

/** What an api may tell the node. */
export interface NodeSide {
  /** The status changed. */
  changed(): void;
  /** Runs a repair: the status says so, and the file is checked afterwards. */
  repairing<T>(work: () => Promise<T>): Promise<T>;
  /** This node as a validator; it has one before there is a community. */
  card(): ValidatorCard;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a list holds features of all kinds
export type Feature = FeatureSpec<string, any, any, any, any>;

/**
 * Defines a feature. Its types are checked where the list of a node is made: every need must be in the list and
 * fit what `create` says that it takes.
 */
export function defineFeature<
  const Name extends string,
  // oxlint-disable-next-line typescript/no-explicit-any -- inferred from `create`
  Ports = any,
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
