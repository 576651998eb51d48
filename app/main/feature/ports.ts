import type { Notice, SettingsPatch } from '../../contract/index.ts';
import type { ArchivePorts } from '../archive/index.ts';
import type { Network } from '../federation/index.ts';
import type { Bls, BlsSigner } from '../kernel/bls.ts';
import type { Random } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { BulkSigner, Verifier } from '../kernel/signer.ts';
import type { LedgerKinds, LedgerProjection, VoteJournal } from '../ledger/index.ts';
import type { Transport } from '../log/transport.ts';
import type { MaintenancePorts } from '../maintenance/index.ts';
import type { Classifiers, ImageClassifiers } from '../moderation/index.ts';
import type { StoredBase } from './feature.ts';
import type { Gathered } from './gather.ts';

/** What the node gives to a community: adapters and facts, real in a node and virtual in the simulation. */
export interface WorldPorts extends Pick<StoredBase, 'db' | 'clock' | 'chunks' | 'settings'> {
  readonly transport: Transport;
  readonly network: Network;
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
  /** Changes settings of the network; resolves once the network runs with them. */
  readonly setNetwork: (patch: NonNullable<SettingsPatch['network']>) => Promise<void>;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly signer: BulkSigner;
  readonly bls: Bls;
  /** The key with which this node signs blocks when it is a validator, and its libp2p peer id. */
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  readonly notices: {
    put(notice: Omit<Notice, 'since'>): void;
    remove(id: string): void;
  };
  /** [K10] Where this node's votes are recorded; null for a node that only reads and orders nothing. */
  readonly voteJournal: VoteJournal | null;
  /** Where evidence is written for people to look at; left out where nobody would. */
  readonly diagnostics?: DiagnosticsStore;
  /** Whether this node is cut off from all others for as long as it runs. */
  readonly alone: boolean;
  readonly classifiers: Classifiers & ImageClassifiers;
  readonly logger: Logger;
  /** Made at first use. A world without archives leaves it out. */
  readonly archive?: () => ArchivePorts;
  /** A world without a disk to look after leaves it out. */
  readonly maintenance?: MaintenancePorts;
}

/** Everything that `create` of a feature is handed; each declares the part that it takes. */
export interface FeaturePorts extends WorldPorts, StoredBase {
  /** What all features contributed. */
  readonly gathered: Gathered;
  readonly ledgerKinds: LedgerKinds;
  readonly ledgerProjections: readonly LedgerProjection[];
}

/** Files that show what went wrong, each by a name of its own. */
export interface DiagnosticsStore {
  /** Where a file is or will be, for people to find. */
  pathOf(name: string): string;
  write(name: string, bytes: Uint8Array): Promise<void>;
}
