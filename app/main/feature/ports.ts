import type { Notice, SettingsPatch } from '../../contract/index.ts';
import type { ArchivePorts } from '../archive/index.ts';
import type { BotMedia, ManagedRelay, Recorder, RecordingFolder, Sfu } from '../calls/index.ts';
import type { Network } from '../federation/index.ts';
import type { Bls, BlsSigner } from '../kernel/bls.ts';
import type { Random } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Quota } from '../kernel/quota.ts';
import type { BulkSigner, Verifier } from '../kernel/signer.ts';
import type { LedgerKinds, LedgerProjection, VoteJournal } from '../ledger/index.ts';
import type { Transport } from '../log/transport.ts';
import type { MaintenancePorts } from '../maintenance/index.ts';
import type { Classifiers, ImageClassifiers } from '../moderation/index.ts';
import type { StoredBase } from './feature.ts';
import type { Gathered } from './gather.ts';

/**
 * Adapters and facts that the node provides to a community: real in a node, virtual in the simulation.
 */
export interface WorldPorts extends Pick<StoredBase, 'db' | 'clock' | 'chunks' | 'settings'> {
  /** The space that the community may take; a test world without limits leaves it out. */
  readonly quota?: Quota;
  readonly transport: Transport;
  readonly network: Network;
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
  /** Changes network settings; resolves once the network runs with them. */
  readonly setNetwork: (patch: NonNullable<SettingsPatch['network']>) => Promise<void>;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly signer: BulkSigner;
  readonly bls: Bls;
  /** The key with which this node signs blocks if it is a validator, and its libp2p peer id. */
  readonly validator: { readonly bls: BlsSigner; readonly peer: string };
  readonly notices: {
    put(notice: Omit<Notice, 'since'>): void;
    remove(id: string): void;
  };
  /** [K10] Where this node's votes are recorded; null for a node that only reads and orders nothing. */
  readonly voteJournal: VoteJournal | null;
  /** Where diagnostics are written for people to read; left out where nobody would. */
  readonly diagnostics?: DiagnosticsStore;
  /** Whether this node stays disconnected from all others while it runs. */
  readonly alone: boolean;
  readonly classifiers: Classifiers & ImageClassifiers;
  /** Forwards the media of calls. A world without calls leaves it out. */
  readonly sfu?: Sfu;
  /** Writes the recordings of calls. A world without recordings leaves it out. */
  readonly recorder?: Recorder;
  /** Where recordings are kept. A world without a disk leaves it out. */
  readonly recordings?: RecordingFolder;
  /** Carries media between participants and the SFU. A world without calls leaves it out. */
  readonly relay?: Pick<ManagedRelay, 'status' | 'offer'>;
  /** Makes the media of synthetic participants. A world without calls leaves it out. */
  readonly botMedia?: () => BotMedia;
  readonly logger: Logger;
  /** Made on first use. A test world without archives leaves it out. */
  readonly archive?: () => ArchivePorts;
  /** A test world without a disk leaves it out. */
  readonly maintenance?: MaintenancePorts;
}

/** Everything that is passed to `create` of a feature; each declares the part that it uses. */
export interface FeaturePorts extends Omit<WorldPorts, 'quota'>, StoredBase {
  /** The contributions of all features. */
  readonly gathered: Gathered;
  readonly ledgerKinds: LedgerKinds;
  readonly ledgerProjections: readonly LedgerProjection[];
  /** Whether a kind of events belongs to a feature that is off: this release knows it. */
  readonly isOff: (kind: string) => boolean;
}

/** Files that document failures, each under its own name. */
export interface DiagnosticsStore {
  /** The path of a file, whether it exists yet or not. */
  pathOf(name: string): string;
  write(name: string, bytes: Uint8Array): Promise<void>;
}
