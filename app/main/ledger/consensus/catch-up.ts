import { equalBytes } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Channel, PeerChange, PeerLink } from '../../log/transport.ts';
import type { FinalRun } from './application.ts';
import { encodeBlock } from '../types/block.ts';
import { encodeCertificate } from '../types/certificate.ts';
import { decodeWire, encodeWire, LEDGER_PROTOCOL, MAX_VOTES, type Wire } from './consensus-wire.ts';
import type { EpochContext } from './epoch-context.ts';
import { idleTimeout } from '../../log/idle-timeout.ts';
import { knownFirst } from './known-first.ts';
import { encodeVote } from '../types/vote.ts';
import { problem } from '../problems.ts';

/** The network as catch-up sees it; the log's Transport is one. */
export interface Channels {
  handle(protocol: string, handler: (channel: Channel) => Promise<void>): void;
  open(peer: string, protocol: string, signal?: AbortSignal): Promise<Channel>;
  peers(): Pick<PeerLink, 'peer'>[];
  ownerOf(peer: string): string | null;
  onPeer(listener: (change: PeerChange) => void): () => void;
}

export interface CatchUpInit {
  readonly community: Uint8Array;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly context: () => EpochContext;
  readonly history: (fromHeight: number) => Promise<FinalRun | null>;
  /** Whether something is waiting to be ordered, so that peers are asked often. */
  readonly active: () => boolean;
  /** [PV6] Whether this node asks nobody for now; it answers all the same. */
  readonly resting: () => boolean;
  /** The pause between two requests while active, in milliseconds. */
  readonly retryMs: number;
  /** Processes a peer's response; a Problem ends the response and counts against the peer. */
  readonly taker: () => SyncResponse;
  /**
   * [Q9] Called with the height that a peer reports; true if it is too far ahead to take blocks from it one
   * by one.
   */
  readonly far?: (height: number) => boolean;
}

/** Processes one response, message by message. */
export interface SyncResponse {
  take(message: Answer, peer: string): Promise<void>;
}

export type Answer = Wire<(typeof ANSWERS)[number]>;

const ANSWERS = ['standing', 'block', 'final', 'certificate', 'proposal', 'votes', 'end'] as const;

/** [K11] Bytes of final blocks in one response; the rest is requested again. */
const ANSWER_BYTES = 4 * 1024 * 1024;
/** A peer is given up after this much silence, in milliseconds. */
const SILENCE_MS = 10_000;
/** How often idle nodes ask their peers for news, in milliseconds. */
const IDLE_MS = 10_000;
/** How long a peer whose response broke a rule is left alone, in milliseconds. */
const SHUN_MS = 60_000;
/** [K16] Peers that are asked in turn at a time, and strangers that are asked at a time. */
const MAX_ASKING = 2;
const MAX_STRANGERS = 2;

/** [K11] Asks peers for missing blocks, and answers their requests. */
export class CatchUp {
  readonly #init: CatchUpInit;
  readonly #asking = new Set<string>();
  readonly #shunned = new Map<string, number>();
  /** Strangers that are to be asked when others have answered. */
  readonly #due = new Set<string>();
  #turn = 0;
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;
  #stops: (() => void)[] = [];
  #running = false;

  constructor(init: CatchUpInit) {
    this.#init = init;
  }

  start(): void {
    const { channels } = this.#init;
    this.#running = true;
    channels.handle(LEDGER_PROTOCOL, (channel) => this.#answer(channel));
    this.#stops = [
      channels.onPeer(({ kind, peer }) => {
        if (kind === 'connected') void this.ask(peer);
        else this.#due.delete(peer);
      }),
    ];
    for (const { peer } of channels.peers()) void this.ask(peer);
    this.#schedule();
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
    for (const stop of this.#stops.splice(0)) stop();
    this.#due.clear();
  }

  /** Something is missing: sends the next request soon. */
  soon(): void {
    const waitMs = this.#lastMs + this.#init.retryMs / 4 - this.#init.clock.now();
    if (waitMs <= 0) this.#askNext();
    else this.#schedule(waitMs);
  }

  /** Asks one peer for everything that it has and this node lacks; a stranger when few others are asked. */
  async ask(peer: string): Promise<void> {
    if (!this.#asks || this.#asking.has(peer)) return;
    if (this.#isStranger(peer)) {
      if (this.#isShunned(peer)) return;
      if (this.#askedNow(true) >= MAX_STRANGERS) {
        this.#due.add(peer);
        return;
      }
    }
    this.#asking.add(peer);
    this.#lastMs = this.#init.clock.now();
    try {
      while ((await this.#pull(peer)) && this.#asks);
    } catch (error) {
      const { code, message } = problemOf(error);
      this.#init.logger.debug('ledger-pull-failed', { peer, code, message });
      const isIdle = code === 'peer-silent' && this.#isStranger(peer);
      if (isIdle || !NO_FAULT.has(code)) this.#shunned.set(peer, this.#init.clock.now() + SHUN_MS);
    } finally {
      this.#asking.delete(peer);
    }
    const [next] = this.#due;
    if (next === undefined) return;
    this.#due.delete(next);
    void this.ask(next);
  }

  get #asks(): boolean {
    return this.#running && !this.#init.resting();
  }

  #schedule(waitMs = this.#init.active() ? this.#init.retryMs : IDLE_MS): void {
    this.#cancel?.();
    if (!this.#running) return;
    this.#cancel = this.#init.clock.after(waitMs, () => this.#askNext());
  }

  /** Adjusts the wait before the next request to whether something is going on. */
  reschedule(): void {
    this.#schedule();
  }

  #askNext(): void {
    if (this.#askedNow(false) < MAX_ASKING) {
      const all = knownFirst(this.#init.channels).filter(
        (peer) => !this.#asking.has(peer) && !this.#isShunned(peer),
      );
      // [K16] Strangers are asked in turn only by a node that knows nobody yet, such as that of a newcomer.
      const known = all.filter((peer) => !this.#isStranger(peer));
      const peers = known.length > 0 ? known : all;
      const peer = peers[this.#turn++ % Math.max(1, peers.length)];
      if (peer !== undefined) void this.ask(peer);
    }
    this.#schedule();
  }

  #isStranger(peer: string): boolean {
    return this.#init.channels.ownerOf(peer) === null;
  }

  /** How many strangers, or known peers, are being asked. */
  #askedNow(strangers: boolean): number {
    return [...this.#asking].filter((peer) => this.#isStranger(peer) === strangers).length;
  }

  #isShunned(peer: string): boolean {
    return (this.#shunned.get(peer) ?? 0) > this.#init.clock.now();
  }

  /** Sends one request; resolves to whether the peer has more. */
  async #pull(peer: string): Promise<boolean> {
    const { channels, community, context } = this.#init;
    const channel = await channels.open(peer, LEDGER_PROTOCOL);
    const quiet = idleTimeout(this.#init.clock, channel, SILENCE_MS);
    try {
      await channel.send(encodeWire(['ask', community, context().tree.base.height]));
      await channel.close();
      const taker = this.#init.taker();
      for await (const bytes of channel.receive()) {
        quiet.heard();
        const message = decodeWire(bytes, ANSWERS);
        if (message[0] === 'standing' && this.#init.far?.(message[2])) {
          channel.abort(problem('too-far'));
          return false;
        }
        await taker.take(message, peer);
        if (message[0] === 'end') return message[1];
      }
      return false;
    } catch (error) {
      channel.abort(error instanceof Error ? error : problem('pull-failed', { reason: String(error) }));
      throw error;
    } finally {
      quiet.stop();
    }
  }

  async #answer(channel: Channel): Promise<void> {
    const quiet = idleTimeout(this.#init.clock, channel, SILENCE_MS);
    try {
      if (!this.#running) return;
      for await (const bytes of channel.receive()) {
        const [, community, height] = decodeWire(bytes, ['ask']);
        if (!equalBytes(community, this.#init.community)) return;
        for await (const message of this.#messages(height)) {
          quiet.heard();
          await channel.send(encodeWire(message));
        }
        break;
      }
      await channel.close();
    } catch (error) {
      const { code } = problemOf(error);
      this.#init.logger.debug('ledger-answer-failed', { peer: channel.peer, code });
      channel.abort(problem('answer-failed'));
    } finally {
      quiet.stop();
    }
  }

  async *#messages(height: number): AsyncGenerator<Answer> {
    const { set, tree, machine, certificates } = this.#init.context();
    const { newest } = certificates;
    yield [
      'standing',
      set.epoch,
      tree.base.height,
      machine.slot,
      newest === null ? null : encodeCertificate(newest),
    ];
    let bytes = 0;
    for (let next = height + 1; ;) {
      const run = await this.#init.history(next);
      if (!run) break;
      if (bytes > ANSWER_BYTES) return yield ['end', true];
      for (const block of run.blocks) {
        const encoded = encodeBlock(block);
        bytes += encoded.length;
        yield ['block', encoded];
      }
      yield ['final', run.closing.map((header) => header.bytes), encodeCertificate(run.certificate)];
      next = run.blocks.at(-1)!.header.height + 1;
    }
    yield* this.#unsettled(this.#init.context());
    yield ['end', false];
  }

  /** Everything known above the last final block. */
  *#unsettled({ certificates, tree, machine }: EpochContext): Generator<Answer> {
    for (const certificate of certificates.all()) yield ['certificate', encodeCertificate(certificate)];
    for (const { block, vote } of tree.all()) {
      if (vote) yield ['proposal', encodeBlock(block), encodeVote(vote)];
    }
    const votes = machine
      .rounds()
      .flatMap((round) => round.tally.all())
      .filter(({ kind, slot }) => certificates.get(kind, slot) === undefined)
      .map(encodeVote);
    for (let at = 0; at < votes.length; at += MAX_VOTES) yield ['votes', votes.slice(at, at + MAX_VOTES)];
  }
}

/** Reasons for the end of a pull that are not the peer's fault. */
const NO_FAULT = new Set([
  'peer-gone',
  'protocol-unknown',
  'channel-broken',
  'channel-closed',
  'peer-silent',
  'overtaken',
]);
