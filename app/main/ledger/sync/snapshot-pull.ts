import type { Bls } from '../../kernel/bls.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem, problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channels } from '../consensus/catch-up.ts';
import { knownFirst } from '../consensus/known-first.ts';
import type { JoinStore } from '../chain/join-store.ts';
import type { Trust } from '../proofs/proof.ts';
import { PROTOCOL } from '../state/protocol.ts';
import {
  MAX_MANIFEST_BYTES,
  MAX_PART_BYTES,
  mustBeKnown,
  openManifest,
  openPart,
  partOf,
  type Fetched,
  type Snapshot,
} from '../chain/snapshot.ts';
import { encodeSnapshotWire, receivePieces, SNAPSHOT_PROTOCOL, type SnapshotWire } from './snapshot-wire.ts';
import { idleTimeout } from '../../log/idle-timeout.ts';
import { problem } from '../problems.ts';

/** [Q9] The number of peers that are asked for their newest manifest. */
const MAX_ASKED = 8;
/** [Q10] The number of channels that fetch parts at a time. */
const MAX_CHANNELS = 4;
/** [Q10] The time limit for an answer, in milliseconds. */
const ANSWER_MS = 20_000;

/** The progress of fetching a snapshot. */
export interface JoinProgress {
  readonly height: number;
  readonly parts: number;
  readonly of: number;
}

export interface SnapshotPullInit {
  readonly community: Uint8Array;
  readonly trust: () => Trust;
  /** [PV8] The newest version of the protocol that the release knows. */
  readonly known: number;
  readonly bls: Bls;
  readonly channels: Pick<Channels, 'open' | 'peers' | 'ownerOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: JoinStore;
  readonly progress: (progress: JoinProgress) => void;
}

type Ask = (question: SnapshotWire, mostBytes: number) => Promise<Uint8Array | null>;

/** [Q9] [Q10] One attempt to fetch a snapshot from peers, none of which is trusted. */
export class SnapshotPull {
  readonly #init: SnapshotPullInit;
  /** Peers whose answers were invalid, and why. */
  readonly #refused = new Map<string, string>();
  #stopped = false;

  constructor(init: SnapshotPullInit) {
    this.#init = init;
  }

  /** The peers that are not asked again, with the reason in kebab case. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  stop(): void {
    this.#stopped = true;
  }

  /**
   * Fetches the newest snapshot at or above a height. Throws a Problem `no-snapshot`, `snapshot-unreachable`,
   * `snapshot-too-new` or `stopped`.
   */
  async fetch(least: number): Promise<Fetched> {
    const peers = knownFirst(this.#init.channels);
    const snapshot = await this.#newest(peers.slice(0, MAX_ASKED), least);
    const { cut, header } = snapshot;
    const parts = cut.slots.map((_, number) => this.#kept(number, snapshot));
    const lacking = [...parts.keys()].filter((number) => parts[number] === null);
    const tell = () => {
      const here = parts.filter((part) => part !== null).length;
      this.#init.progress({ height: header.height, parts: here, of: parts.length });
    };
    tell();
    const got = (number: number, bytes: Uint8Array) => {
      this.#init.store.put(number, bytes);
      parts[number] = bytes;
      tell();
    };
    // [PV8] The part that says whether this release can continue comes first.
    const first = partOf(PROTOCOL, cut);
    const isFirst = (number: number) => number === first;
    await this.#fetchParts(snapshot, lacking.filter(isFirst), got);
    mustBeKnown(openPart(parts[first]!, first, cut), this.#init.known);
    await this.#fetchParts(
      snapshot,
      lacking.filter((number) => !isFirst(number)),
      got,
    );
    return { snapshot, parts: parts as Uint8Array[] };
  }

  /** [Q9] The highest valid manifest. */
  async #newest(peers: readonly string[], least: number): Promise<Snapshot> {
    const { community, trust, bls } = this.#init;
    const found = await Promise.all(
      peers.map((peer) =>
        this.#blaming(peer, async () => {
          const question: SnapshotWire = ['newest', community];
          const bytes = await this.#talk(peer, (ask) => ask(question, MAX_MANIFEST_BYTES));
          if (!bytes) return null;
          const snapshot = openManifest(bytes, trust(), bls);
          if (snapshot.header.height >= least) return snapshot;
          throw problem('snapshot-old');
        }),
      ),
    );
    const best = found
      .filter((one) => one !== null)
      .sort((a, b) => b.header.height - a.header.height)
      .at(0);
    if (!best) throw problem('no-new-snapshot');
    return best;
  }

  /** A part from an earlier attempt, if this snapshot contains it too. */
  #kept(number: number, { cut }: Snapshot): Uint8Array | null {
    const bytes = this.#init.store.part(number);
    if (!bytes) return null;
    try {
      openPart(bytes, number, cut);
      return bytes;
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  /**
   * [Q10] Fetches parts over several channels; parts that one peer fails to send are requested from the
   * others.
   */
  async #fetchParts(
    snapshot: Snapshot,
    lacking: number[],
    got: (number: number, bytes: Uint8Array) => void,
  ): Promise<void> {
    while (lacking.length > 0) {
      const peers = this.#peersLeft();
      if (peers.length === 0) {
        throw problem('snapshot-unreachable');
      }
      const channels = Array.from({ length: MAX_CHANNELS }, (_, n) => peers[n % peers.length]!);
      await Promise.all(
        channels.map((peer) => this.#blaming(peer, () => this.#drain(peer, snapshot, lacking, got))),
      );
    }
  }

  #peersLeft(): string[] {
    if (this.#stopped) throw problem('stopped');
    return knownFirst(this.#init.channels).filter((peer) => !this.#refused.has(peer));
  }

  /** Requests one missing part after another from one peer. */
  #drain(
    peer: string,
    { cut, header }: Snapshot,
    lacking: number[],
    got: (number: number, bytes: Uint8Array) => void,
  ): Promise<void> {
    return this.#talk(peer, async (ask) => {
      for (let number = lacking.shift(); number !== undefined; number = lacking.shift()) {
        try {
          if (this.#stopped) throw problem('stopped');
          const question: SnapshotWire = ['part', this.#init.community, header.height, number];
          const bytes = await ask(question, MAX_PART_BYTES);
          if (!bytes) throw problem('part-missing');
          openPart(bytes, number, cut);
          got(number, bytes);
        } catch (error) {
          lacking.push(number);
          throw error;
        }
      }
    });
  }

  /** Runs a conversation; a peer that fails in it is not asked again in this attempt. */
  async #blaming<T>(peer: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      const { code, message } = problemOf(error);
      this.#refused.set(peer, code);
      this.#init.logger.debug('snapshot-pull-failed', { peer, code, message });
      return null;
    }
  }

  /** Opens a channel for requests and closes it when `work` is done. */
  async #talk<T>(peer: string, work: (ask: Ask) => Promise<T>): Promise<T> {
    const channel = await this.#init.channels.open(peer, SNAPSHOT_PROTOCOL);
    const messages = channel.receive();
    const ask: Ask = async (question, mostBytes) => {
      const quiet = idleTimeout(this.#init.clock, channel, ANSWER_MS);
      try {
        await channel.send(encodeSnapshotWire(question));
        return await receivePieces(messages, mostBytes);
      } finally {
        quiet.stop();
      }
    };
    try {
      const result = await work(ask);
      await channel.close();
      return result;
    } catch (error) {
      channel.abort(error instanceof Error ? error : problem('pull-failed', { reason: String(error) }));
      throw error;
    }
  }
}
