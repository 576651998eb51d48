import * as z from 'zod';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { cidOf } from '../../kernel/cid.ts';
import { every, type Clock } from '../../kernel/clock.ts';
import { Problem, problemOf } from '../../kernel/errors.ts';
import { FixedWindows } from '../../kernel/fixed-window.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channel, Transport, GossipVerdict } from '../../log/transport.ts';
import type { Channels } from '../consensus/catch-up.ts';
import type { Chain } from '../chain/chain.ts';
import { bytesUpTo } from '../types/fields.ts';
import { PeerCoverage } from '../consensus/peer-coverage.ts';
import { MAX_TRANSACTION_BYTES } from '../types/transaction.ts';
import { problem } from '../problems.ts';

/** [X23] The protocol that offers transactions that have waited too long. */
export const MEMPOOL_PROTOCOL = '/impulse/ledger-pool/1';

/** The most transactions in one message. */
const MAX_BATCH = 256;
/** The most bytes of transactions in one message. */
const MAX_BATCH_BYTES = 128 * 1024;
/** [X22] Transactions that arrive within this time are sent together, in milliseconds. */
const GATHER_MS = 2;
/** [X23] A transaction that has waited longer than this may have been lost on its way, in milliseconds. */
const LATE_MS = 3000;
/** [X23] How often late transactions are offered to another peer, in milliseconds. */
const OFFER_EVERY_MS = 5000;
/** [X23] The most messages in one offer. */
const MAX_OFFER = 8;
/** [X30] Offers that are taken from one stranger a minute, of one message each. */
const PER_STRANGER = 6;
const MINUTE_MS = 60_000;

const Message = z.tuple([
  z.literal('transactions'),
  z.array(bytesUpTo(MAX_TRANSACTION_BYTES)).min(1).max(MAX_BATCH),
]);

export interface TransactionSpreadInit {
  readonly chain: Chain;
  readonly transport: Channels & Pick<Transport, 'subscribe' | 'unsubscribe' | 'publish'>;
  /** The key of this node's own validator. */
  readonly self: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
  /** New transactions are waiting in the mempool. */
  readonly arrived: () => void;
}

/**
 * [X22] The gossip topics of a community's transactions: one that everybody relays, and one that nobody does.
 */
function transactionTopics(community: Uint8Array): { everybody: string; neighbours: string } {
  const id = cidOf(community);
  return { everybody: `impulse/tx/1/${id}`, neighbours: `impulse/tx-near/1/${id}` };
}

/** Sends transactions to the validators that can put them into a block. See SPEC.md, [X22] and [X23]. */
export class TransactionSpread {
  readonly #init: TransactionSpreadInit;
  readonly #topics: ReturnType<typeof transactionTopics>;
  readonly #coverage: PeerCoverage;
  readonly #ofStrangers: FixedWindows;
  #gathered: Uint8Array[] = [];
  #cancelFlush: (() => void) | null = null;
  #stops: (() => void)[] = [];
  #running = false;
  #turn = 0;

  constructor(init: TransactionSpreadInit) {
    this.#init = init;
    this.#topics = transactionTopics(init.chain.origin.id);
    this.#coverage = new PeerCoverage(init.transport);
    this.#ofStrangers = new FixedWindows(init.clock, PER_STRANGER, MINUTE_MS);
    init.transport.handle(MEMPOOL_PROTOCOL, (channel) => this.#take(channel));
  }

  start(): void {
    const { transport, clock } = this.#init;
    this.#running = true;
    transport.subscribe(this.#topics.everybody, (data) => this.#heard(data));
    transport.subscribe(this.#topics.neighbours, (data) => this.#heard(data), 'neighbours');
    this.#coverage.start();
    this.#stops = [
      transport.onPeer(({ kind, peer }) => {
        // [X30] The mempool may be large; a stranger who is a member gets it in turn, once that is proved.
        if (kind === 'connected' && transport.ownerOf(peer) !== null) void this.#offer(peer, 0);
      }),
      every(clock, OFFER_EVERY_MS, () => this.#offerLate()),
    ];
  }

  stop(): void {
    this.#running = false;
    for (const topic of Object.values(this.#topics)) this.#init.transport.unsubscribe(topic);
    this.#coverage.stop();
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#gathered = [];
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Sends all peers a transaction that is waiting here. */
  spread(sealed: Uint8Array): void {
    this.#gathered.push(sealed);
    this.#cancelFlush ??= this.#init.clock.after(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = null;
    const { everybody, neighbours } = this.#topics;
    const topic = this.#coverage.coversAll(this.#init.chain.set, this.#init.self) ? neighbours : everybody;
    for (const batch of batches(this.#gathered.splice(0))) {
      this.#init.transport.publish(topic, encode(batch)).catch((error: unknown) => {
        // Nothing is lost: late transactions are offered again.
        this.#init.logger.warn('transactions-not-published', { code: problemOf(error).code });
      });
    }
  }

  async #heard(data: Uint8Array): Promise<GossipVerdict> {
    try {
      return await this.#judge(data);
    } catch (error) {
      const { code, message } = problemOf(error);
      this.#init.logger.error('transactions-judging-failed', { code, message });
      return 'ignore';
    }
  }

  /** [X22] A message is judged by the worst transaction in it, and relayed if any of them is new. */
  async #judge(data: Uint8Array): Promise<GossipVerdict> {
    const batch = decode(data);
    if (!batch) return 'reject';
    const verdicts = await this.#init.chain.submit(batch);
    const accepted = verdicts.some(({ verdict }) => verdict === 'accept');
    if (accepted) this.#init.arrived();
    if (verdicts.some(({ verdict }) => verdict === 'reject')) return 'reject';
    return accepted ? 'accept' : 'ignore';
  }

  async #offerLate(): Promise<void> {
    const { transport } = this.#init;
    const peers = transport
      .peers()
      .map(({ peer }) => peer)
      .filter((peer) => transport.ownerOf(peer) !== null)
      .sort();
    const peer = peers[this.#turn++ % Math.max(1, peers.length)];
    if (peer !== undefined) await this.#offer(peer, LATE_MS);
  }

  /** Offers a peer the transactions that have waited here for this long. */
  async #offer(peer: string, waitedMs: number): Promise<void> {
    const { chain, clock, transport, logger } = this.#init;
    const late = chain.mempool.waitingSince(clock.now() - waitedMs).map(({ sealed }) => sealed);
    if (late.length === 0 || !this.#running) return;
    try {
      const channel = await transport.open(peer, MEMPOOL_PROTOCOL);
      for (const batch of batches(late).slice(0, MAX_OFFER)) await channel.send(encode(batch));
      await channel.close();
    } catch (error) {
      logger.debug('transactions-not-offered', { peer, code: problemOf(error).code });
    }
  }

  async #take(channel: Channel): Promise<void> {
    if (!this.#running) return;
    try {
      // [X30] Somebody who lost their rights may still protect their account; nobody else needs to offer anything.
      const isStranger = this.#init.transport.ownerOf(channel.peer) === null;
      if (isStranger && !this.#ofStrangers.take(channel.peer)) throw problem('offer-too-long');
      const most = isStranger ? 1 : MAX_OFFER;
      let messages = 0;
      for await (const bytes of channel.receive()) {
        if (++messages > most) throw problem('offer-too-long');
        if ((await this.#judge(bytes)) === 'reject') {
          throw problem('bad-offer');
        }
      }
      await channel.close();
    } catch (error) {
      this.#init.logger.debug('offer-refused', { peer: channel.peer, code: problemOf(error).code });
      channel.abort(error instanceof Error ? error : problem('offer-refused', { reason: String(error) }));
    }
  }
}

function encode(batch: readonly Uint8Array[]): Uint8Array {
  return encodeCanonical(['transactions', batch]);
}

function decode(data: Uint8Array): Uint8Array[] | null {
  try {
    const parsed = Message.safeParse(decodeCbor(data));
    return parsed.success ? parsed.data[1] : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/** Splits a list so that each batch fits into a message. */
function batches(sealed: readonly Uint8Array[]): Uint8Array[][] {
  const pieces: Uint8Array[][] = [];
  let bytes = Infinity;
  for (const one of sealed) {
    const last = pieces.at(-1);
    if (!last || bytes + one.length > MAX_BATCH_BYTES || last.length === MAX_BATCH) {
      pieces.push([one]);
      bytes = one.length;
    } else {
      last.push(one);
      bytes += one.length;
    }
  }
  return pieces;
}
