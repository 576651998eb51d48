import * as z from 'zod';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { cidOf } from '../kernel/cid.ts';
import { every, type Clock } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import type { Log } from '../log/log.ts';
import type { Channel, Transport, GossipVerdict } from '../log/transport.ts';
import { answer, converse } from './conversation.ts';
import type { NodeBook } from './node-book.ts';
import {
  isGenuine,
  isSameRecord,
  MAX_SEQUENCE,
  readRecord,
  SealedRecord,
  sealRecord,
  type NodeRecord,
} from './node-record.ts';
import type { Network } from './ports.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import { decodeMessage } from './wire.ts';
import { problem } from './problems.ts';

/** [N4] The protocol by which two members exchange the node records they know. */
const NODES_PROTOCOL = '/impulse/nodes/1';
/** [N4] The most records in one message. */
const MAX_IN_MESSAGE = 64;
const EXCHANGE_MS = 10_000;
/**
 * [N4] How often records are exchanged with one connected member, and how often this node checks its own
 * record.
 */
const AGAIN_MS = 5 * 60_000;
/** [N2] How far ahead of this node's clock a record may be. */
const EARLY_MS = 10 * 60_000;
/**
 * [N5] The shortest time between two relayed records of a node, and between two records that a node signs.
 */
const PER_NODE_MS = 2000;
const BETWEEN_MS = 2500;
/** [N5] Records of one member's nodes that are accepted per minute. */
const PER_MEMBER = 12;
const MINUTE_MS = 60_000;
/** [N5] A record of this age is signed again even if nothing changed. */
const REFRESH_MS = 6 * 3_600_000;
/** [N6] The shortest time between two records that outbid a copy of this node. */
const COPY_PAUSE_MS = 60_000;

const NodesMessage = z.tuple([z.literal('nodes'), z.array(SealedRecord).max(MAX_IN_MESSAGE)]);

/** [N5] The gossip topic of node records. */
export function nodesTopicOf(community: Uint8Array): string {
  return `impulse/nodes/1/${cidOf(community)}`;
}

export interface NodeExchangeInit {
  readonly log: Log;
  readonly transport: Transport;
  readonly network: Network;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly book: NodeBook;
  readonly nodeName: () => string;
  /** [N6] Called when another node signs records with this node's key. */
  readonly onCopy: () => void;
}

/** Spreads the records of members' nodes, this node's included. The rules are in SPEC.md. */
export class NodeExchange {
  readonly #init: NodeExchangeInit;
  readonly #topic: string;
  readonly #perNode: FixedWindows;
  readonly #perMember: FixedWindows;
  /** When records were last exchanged with each connected peer. */
  readonly #metAt = new Map<string, number>();
  #own: { readonly addresses: readonly string[]; readonly relay: boolean } | null = null;
  #signedAt = 0;
  #cancelSign: (() => void) | null = null;
  #stops: (() => void)[] = [];

  constructor(init: NodeExchangeInit) {
    this.#init = init;
    this.#topic = nodesTopicOf(init.log.community);
    this.#perNode = new FixedWindows(init.clock, 1, PER_NODE_MS);
    this.#perMember = new FixedWindows(init.clock, PER_MEMBER, MINUTE_MS);
  }

  start(): void {
    const { transport, clock } = this.#init;
    transport.handle(NODES_PROTOCOL, (channel) => this.#answer(channel));
    transport.subscribe(this.#topic, (data) => this.#validate(data));
    this.#stops = [
      every(clock, AGAIN_MS, () => this.#refresh()),
      transport.onPeer(({ kind, peer }) => {
        if (kind === 'lost') this.#metAt.delete(peer);
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelSign?.();
    this.#cancelSign = null;
    this.#init.transport.unsubscribe(this.#topic);
  }

  /** Sets the addresses to announce, and whether this node relays. */
  tell(addresses: readonly string[], relay: boolean): void {
    const before = this.#own ?? this.#kept();
    this.#own = { addresses, relay };
    const same =
      before !== null &&
      before.relay === relay &&
      before.addresses.length === addresses.length &&
      before.addresses.every((address, index) => address === addresses[index]);
    if (!same) this.#signSoon();
  }

  /** The record of an earlier run, if it says what this node would say now. */
  #kept(): NodeRecord | null {
    const { book, transport, signer, nodeName, clock } = this.#init;
    const record = book.get(transport.self);
    if (record === null || record.time + REFRESH_MS < clock.now()) return null;
    return record.name === nodeName() && equalBytes(record.publicKey, signer.publicKey) ? record : null;
  }

  /**
   * [N4] Exchanges records with a connected member, unless that was done recently or the other side opens.
   */
  async meet(peer: string): Promise<void> {
    const { transport, clock, logger } = this.#init;
    const now = clock.now();
    if (transport.self > peer || (this.#metAt.get(peer) ?? Number.NEGATIVE_INFINITY) + AGAIN_MS > now) return;
    this.#metAt.set(peer, now);
    try {
      await converse(this.#init, peer, NODES_PROTOCOL, EXCHANGE_MS, async ({ channel, next }) => {
        await channel.send(encodeCanonical(['nodes', [this.#ownRecord().sealed]]));
        const [, told] = decodeMessage(NodesMessage, await next());
        // Records reveal where members live, so a peer that proves no membership gets no others.
        await this.#takeIntroduction(peer, told);
        await channel.send(encodeCanonical(['nodes', this.#others(peer)]));
      });
    } catch (error) {
      this.#metAt.delete(peer);
      logger.debug('nodes-not-exchanged', { peer, code: problemOf(error).code });
    }
  }

  #answer(channel: Channel): Promise<void> {
    const { peer } = channel;
    return answer(this.#init.clock, channel, EXCHANGE_MS, async ({ next }) => {
      await this.#takeIntroduction(peer, decodeMessage(NodesMessage, await next())[1]);
      const told = [this.#ownRecord().sealed, ...this.#others(peer)].slice(0, MAX_IN_MESSAGE);
      await channel.send(encodeCanonical(['nodes', told]));
      await this.#takeAll(decodeMessage(NodesMessage, await next())[1]);
    });
  }

  #others(peer: string): SealedRecord[] {
    const { book, transport } = this.#init;
    return book
      .list()
      .filter((record) => record.peer !== peer && record.peer !== transport.self && this.#isMember(record))
      .slice(0, MAX_IN_MESSAGE)
      .map(({ sealed }) => sealed);
  }

  /**
   * The first record must be the peer's own. The genuine record that this node holds of the peer decides
   * whether a member owns it, since the one received may be ignored before its signatures are checked. Throws
   * a Problem (`not-a-member`, …).
   */
  async #takeIntroduction(peer: string, sealed: readonly SealedRecord[]): Promise<void> {
    const { book } = this.#init;
    const [first, ...others] = sealed;
    if (first === undefined) throw problem('introduction-missing');
    const verdict = await this.#take(first);
    const known = book.get(peer);
    if (verdict === 'reject' || readRecord(first).peer !== peer || known === null || !this.#isMember(known)) {
      throw problem('not-a-member');
    }
    // Nodes that cannot be dialled and are not connected to the peer learn its new addresses only by gossip.
    if (verdict === 'accept') this.#publish(first);
    await this.#takeAll(others);
  }

  async #takeAll(sealed: readonly SealedRecord[]): Promise<void> {
    for (const one of sealed) {
      if ((await this.#take(one)) === 'reject') throw problem('bad-record');
    }
  }

  async #validate(data: Uint8Array): Promise<GossipVerdict> {
    let sealed: SealedRecord;
    try {
      sealed = decodeMessage(SealedRecord, data);
    } catch {
      return 'reject';
    }
    return this.#take(sealed);
  }

  /** [N2] Validates a record and stores it if it is new. */
  async #take(sealed: SealedRecord): Promise<GossipVerdict> {
    const { log, clock, verifier, network, transport, book } = this.#init;
    let record: NodeRecord;
    try {
      record = readRecord(sealed);
    } catch {
      return 'reject';
    }
    if (!equalBytes(record.community, log.community)) return 'reject';
    const known = book.get(record.peer);
    if (known !== null && known.sequence >= record.sequence) return 'ignore';
    if (record.time > clock.now() + EARLY_MS) return 'ignore';
    if (!(await isGenuine(record, verifier, network))) return 'reject';
    if (!this.#isMember(record)) return 'ignore';
    if (record.peer === transport.self) {
      this.#heardOfItself(record);
      return 'ignore';
    }
    if (!this.#perMember.take(toHex(record.publicKey)) || !book.put(record)) return 'ignore';
    return this.#perNode.take(record.peer) ? 'accept' : 'ignore';
  }

  /**
   * [N6] Handles a record of this node that it did not sign in this run: one of an earlier run, or of a copy.
   */
  #heardOfItself(record: NodeRecord): void {
    const { book, clock } = this.#init;
    const own = book.get(record.peer);
    if (own !== null && isSameRecord(own, record)) return;
    book.put(record);
    const sinceMs = clock.now() - this.#signedAt;
    const isCopy = this.#signedAt > 0 && record.time > this.#signedAt;
    if (isCopy) this.#init.onCopy();
    // Two nodes with one key would outbid each other forever.
    if (!isCopy || sinceMs > COPY_PAUSE_MS) this.#signSoon();
  }

  #isMember({ publicKey }: NodeRecord): boolean {
    return this.#init.authority.roleAt(publicKey, this.#init.log.now) !== null;
  }

  #ownRecord(): NodeRecord {
    return this.#init.book.get(this.#init.transport.self) ?? this.#sign();
  }

  #refresh(): void {
    const own = this.#init.book.get(this.#init.transport.self);
    if (own !== null && own.time + REFRESH_MS < this.#init.clock.now()) this.#sign();
  }

  /** [N5] Signs now, or once others accept a record of this node again. */
  #signSoon(): void {
    const { clock } = this.#init;
    const waitMs = this.#signedAt + BETWEEN_MS - clock.now();
    if (waitMs <= 0 || waitMs > BETWEEN_MS) {
      this.#sign();
      return;
    }
    this.#cancelSign ??= clock.after(waitMs, () => {
      this.#cancelSign = null;
      if (this.#stops.length > 0) this.#sign();
    });
  }

  #sign(): NodeRecord {
    const { log, transport, network, clock, signer, nodeName, book } = this.#init;
    const { addresses, relay } = this.#own ?? { addresses: transport.addresses(), relay: false };
    const time = clock.now();
    const known = book.get(transport.self);
    const sequence = Math.max(time, (known?.sequence ?? 0) + 1);
    // Only a copy of this node's key can have used up the sequence numbers.
    if (known !== null && sequence > MAX_SEQUENCE) return known;
    const record = sealRecord(
      { community: log.community, peer: transport.self, sequence, time, name: nodeName(), addresses, relay },
      signer,
      network,
    );
    book.put(record);
    this.#signedAt = time;
    this.#publish(record.sealed);
    return record;
  }

  #publish(sealed: SealedRecord): void {
    const { transport, logger } = this.#init;
    transport.publish(this.#topic, encodeCanonical(sealed)).catch((error: unknown) => {
      logger.debug('node-record-not-published', { code: problemOf(error).code });
    });
  }
}
