import type { BlsSigner } from '../../kernel/bls.ts';
import { cidOf } from '../../kernel/cid.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Transport, GossipVerdict } from '../../log/transport.ts';
import type { Channels } from './catch-up.ts';
import { encodeWire, type Wire } from './consensus-wire.ts';
import { Reach } from './peer-coverage.ts';
import type { ValidatorSet } from '../types/validators.ts';

/** [K13] Who has to hear a message: those who vote, or also those who follow what is final. */
export type Range = 'validators' | 'everybody';

/** [K13] The gossip topics of a community's validators: what everybody passes on, and what goes straight. */
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

/** What consensus says and hears by gossip. */
export class Broadcast {
  readonly #init: BroadcastInit;
  readonly #topics: ReturnType<typeof ledgerTopics>;
  readonly #reach: Reach;

  constructor(init: BroadcastInit) {
    this.#init = init;
    this.#topics = ledgerTopics(init.community);
    this.#reach = new Reach(init.transport);
  }

  start(heard: (data: Uint8Array, from: string) => Promise<GossipVerdict>): void {
    this.#init.transport.subscribe(this.#topics.everybody, heard);
    this.#init.transport.subscribe(this.#topics.neighbours, heard, 'neighbours');
    this.#reach.start();
  }

  stop(): void {
    for (const topic of Object.values(this.#topics)) this.#init.transport.unsubscribe(topic);
    this.#reach.stop();
  }

  /** Validators that are all connected need nobody who passes on what they say to each other. */
  say(message: Wire, range: Range): void {
    const { transport, signer, logger, set } = this.#init;
    const { everybody, neighbours } = this.#topics;
    const near = range === 'validators' && this.#reach.coversAll(set(), signer?.publicKey ?? null);
    transport.publish(near ? neighbours : everybody, encodeWire(message)).catch((error: unknown) => {
      // Nothing is lost: peers ask for what they did not hear.
      logger.warn('ledger-publish-failed', { code: problemOf(error).code });
    });
  }
}
