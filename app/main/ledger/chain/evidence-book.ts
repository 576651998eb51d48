import type { Bls } from '../../kernel/bls.ts';
import { cidOf } from '../../kernel/cid.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database.ts';
import { Problem, problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channel, Transport, GossipVerdict } from '../../log/transport.ts';
import type { Channels } from '../consensus/catch-up.ts';
import type { ChainStore } from './chain-store.ts';
import { convicts, encodeEvidence, openEvidence, type Evidence } from '../types/equivocation.ts';
import { encodeEvidenceFile, MAX_PIECES } from '../proofs/evidence-file.ts';
import { EvidenceStore, type KeptEvidence } from './evidence-store.ts';
import type { ChainOrigin } from '../state/genesis.ts';
import { Prover } from './prover.ts';
import { SetHistory } from './set-history.ts';
import type { Validator } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** [V8] The protocol that sends evidence to a peer that connects. */
export const EVIDENCE_PROTOCOL = '/impulse/evidence/1';
/** [V8] Pieces sent at once. */
const MAX_HANDED = 64;

export interface EvidenceBookInit {
  readonly db: Database;
  readonly origin: ChainOrigin;
  readonly store: ChainStore;
  readonly bls: Bls;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for each piece that is new here. */
  readonly kept: () => void;
}

/** Keeps the evidence against validators and spreads it to everybody. */
export class EvidenceBook {
  readonly #init: EvidenceBookInit;
  readonly #store: EvidenceStore;
  readonly #sets: SetHistory;
  readonly #topic: string;
  #stop = () => {};
  #running = false;

  constructor(init: EvidenceBookInit) {
    this.#init = init;
    this.#store = new EvidenceStore(init.db);
    this.#sets = new SetHistory(init.origin, init.store, init.bls);
    this.#topic = `impulse/evidence/1/${cidOf(init.origin.id)}`;
    init.transport.handle(EVIDENCE_PROTOCOL, (channel) => this.#take(channel));
  }

  start(): void {
    const { transport } = this.#init;
    this.#running = true;
    transport.subscribe(this.#topic, async (data) => this.#heard(data));
    this.#stop = transport.onPeer(({ kind, peer }) => {
      if (kind === 'connected') void this.#hand(peer);
    });
    for (const { peer } of transport.peers()) void this.#hand(peer);
  }

  stop(): void {
    this.#running = false;
    this.#init.transport.unsubscribe(this.#topic);
    this.#stop();
  }

  /** [K7] This node's own consensus found it, so it is authentic. */
  found(evidence: Evidence): void {
    if (!this.#keep(evidence) || !this.#running) return;
    this.#init.transport.publish(this.#topic, encodeEvidence(evidence)).catch((error: unknown) => {
      // Nothing is lost: it is sent to every peer that connects.
      this.#init.logger.warn('evidence-not-published', { code: problemOf(error).code });
    });
  }

  count(): number {
    return this.#store.count();
  }

  /** Newest first, with the validator that it convicts. */
  list(limit: number, below?: number): (KeptEvidence & { validator: Validator })[] {
    return this.#store.list(limit, below).map((kept) => {
      const { epoch, voter } = kept.evidence.first;
      return { ...kept, validator: this.#sets.of(epoch).validators[voter]! };
    });
  }

  /**
   * [V9] All evidence as a file that anyone can check. Throws a Problem `no-evidence` or `history-missing`.
   */
  file(): Uint8Array {
    const { origin, store } = this.#init;
    const pieces = this.#store.list(MAX_PIECES).map(({ evidence }) => evidence);
    if (pieces.length === 0) throw problem('no-evidence');
    const newest = Math.max(...pieces.map(({ first }) => first.epoch));
    return encodeEvidenceFile(origin.id, new Prover(origin.id, store).links(newest), pieces);
  }

  #keep(evidence: Evidence): boolean {
    const isNew = this.#store.put(evidence, this.#init.clock.now());
    if (isNew) this.#init.kept();
    return isNew;
  }

  #heard(data: Uint8Array): GossipVerdict {
    const { origin, bls, logger } = this.#init;
    try {
      const evidence = openEvidence(data);
      if (this.#store.has(evidence)) return 'ignore';
      const set = this.#sets.of(evidence.first.epoch);
      if (!convicts(evidence, { community: origin.id, set, bls })) return 'reject';
      return this.#keep(evidence) ? 'accept' : 'ignore';
    } catch (error) {
      const { code, message } = problemOf(error);
      if (code === 'unknown-epoch' || code === 'history-missing') return 'ignore';
      if (error instanceof Problem) return 'reject';
      logger.error('evidence-judging-failed', { code, message });
      return 'ignore';
    }
  }

  /** Sends a peer the evidence known here. */
  async #hand(peer: string): Promise<void> {
    const { transport, logger } = this.#init;
    const pieces = this.#store.list(MAX_HANDED);
    if (pieces.length === 0 || !this.#running) return;
    try {
      const channel = await transport.open(peer, EVIDENCE_PROTOCOL);
      for (const { evidence } of pieces) await channel.send(encodeEvidence(evidence));
      await channel.close();
    } catch (error) {
      logger.debug('evidence-not-handed', { peer, code: problemOf(error).code });
    }
  }

  async #take(channel: Channel): Promise<void> {
    if (!this.#running) return;
    try {
      let pieces = 0;
      for await (const bytes of channel.receive()) {
        if (++pieces > MAX_HANDED || this.#heard(bytes) === 'reject') {
          throw problem('proves-nothing');
        }
      }
      await channel.close();
    } catch (error) {
      this.#init.logger.debug('evidence-refused', { peer: channel.peer, code: problemOf(error).code });
      channel.abort(error instanceof Error ? error : problem('evidence-refused', { reason: String(error) }));
    }
  }
}
