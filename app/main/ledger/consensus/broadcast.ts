import type { BlsSigner } from '../../kernel/bls.ts';
import { cidOf } from '../../kernel/cid.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Transport, GossipVerdict } from '../../log/transport.ts';
import type { Channels } from './catch-up.ts';
import { encodeWire, type Wire } from './consensus-wire.ts';
import { PeerCoverage } from './peer-coverage.ts';
import type { ValidatorSet } from '../types/validators.ts';

/** [K13] Who must receive a message: voters only, or also nodes that follow what is final. */
export type Range = 'validators' | 'everybody';

/**
 * [K13] The gossip topics of a community's validators: one that everybody relays, and one that nobody does.
 */
export function ledgerTopics(community: Uint8Array): { everybody: string; neighbours: string } {
  const id = cidOf(community);
  return { everybody: `impulse/ledger/1/${id}`, neighbours: `impulse/ledger-near/1/${id}` };
}

export interface BroadcastInit {
  readonly community: Uint8Array;
  readonly signer: BlsSigner | null;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  readonly logger: Logger;
  /** The validators in force. */
  readonly set: () => ValidatorSet;
}

/** Sends and receives the gossip of consensus. */
export class Broadcast {
  readonly #init: BroadcastInit;
  readonly #topics: ReturnType<typeof ledgerTopics>;
  readonly #coverage: PeerCoverage;

  constructor(init: BroadcastInit) {
    this.#init = init;
    this.#topics = ledgerTopics(init.community);
    this.#coverage = new PeerCoverage(init.transport);
  }

  start(heard: (data: Uint8Array, from: string) => Promise<GossipVerdict>): void {
    this.#init.transport.subscribe(this.#topics.everybody, heard);
    this.#init.transport.subscribe(this.#topics.neighbours, heard, 'neighbours');
    this.#coverage.start();
  }

  stop(): void {
    for (const topic of Object.values(this.#topics)) this.#init.transport.unsubscribe(topic);
    this.#coverage.stop();
  }

  /** Validators that are all connected need nobody to relay their messages. */
  say(message: Wire, range: Range): void {
    const { transport, signer, logger, set } = this.#init;
    const { everybody, neighbours } = this.#topics;
    const near = range === 'validators' && this.#coverage.coversAll(set(), signer?.publicKey ?? null);
    transport.publish(near ? neighbours : everybody, encodeWire(message)).catch((error: unknown) => {
      // Nothing is lost: peers ask for messages they missed.
      logger.warn('ledger-publish-failed', { code: problemOf(error).code });
    });
  }
}
