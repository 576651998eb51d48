import type { MemberPeer } from '../federation/index.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { GivenJudgement, OtherNodes } from '../moderation/index.ts';
import { Line, type LineInit } from './line.ts';
import { problem } from './problems.ts';
import { MAX_ASKED } from './wire.ts';

/** [JX5] */
const MAX_PENDING = 32;
const SHUN_MS = 60_000;

export interface AskingInit extends LineInit {
  readonly logger: Logger;
  /** The connected peers that proved whose they are. */
  readonly memberPeers: () => readonly MemberPeer[];
  /** [JX4] Whether the judgements of a key's person are taken over now. */
  readonly isTrusted: (key: Uint8Array) => boolean;
  /** The person of a key, which may be that of a device. */
  readonly personOf: (key: Uint8Array) => Uint8Array;
}

type Given = readonly (GivenJudgement | null)[];

/** Asks the node of a trusted person for its judgements. */
export class Asking implements OtherNodes {
  readonly #init: AskingInit;
  /** By peer: until when it is not asked, and how often it failed. */
  readonly #failed = new Map<string, { until: number; times: number }>();
  #line: Line | null = null;

  constructor(init: AskingInit) {
    this.#init = init;
  }

  get isReady(): boolean {
    const line = this.#current;
    return line ? line.pending < MAX_PENDING : this.#choice !== null;
  }

  async ask(ids: readonly Uint8Array[]): Promise<Given> {
    const parts: Promise<Given>[] = [];
    for (let at = 0; at < ids.length; at += MAX_ASKED) parts.push(this.#ask(ids.slice(at, at + MAX_ASKED)));
    return (await Promise.all(parts)).flat();
  }

  stop(): void {
    this.#line?.close(problem('line-closed'));
  }

  async #ask(ids: readonly Uint8Array[]): Promise<Given> {
    const { isTrusted, personOf, logger } = this.#init;
    const nothing = ids.map(() => null);
    const line = this.#lineToAsk();
    if (line === null || line.pending >= MAX_PENDING) return nothing;
    const { peer, publicKey } = line.peer;
    try {
      const answer = await line.ask(ids);
      // [JX4] It may have changed while the answer was on its way.
      if (!isTrusted(publicKey)) return nothing;
      const person = personOf(publicKey);
      return answer.map((one) => one && { ...one, person });
    } catch (error) {
      this.#fails(peer);
      logger.info('judgements-not-given', { peer, code: problemOf(error).code });
      return nothing;
    }
  }

  /** The open line, if its person is still trusted. */
  get #current(): Line | null {
    const line = this.#line;
    return line && !line.isClosed && this.#init.isTrusted(line.peer.publicKey) ? line : null;
  }

  /** [JX5] The connected person whom a new line would lead to. */
  get #choice(): MemberPeer | null {
    const { memberPeers, isTrusted, clock } = this.#init;
    const failures = (peer: string) => this.#failed.get(peer)?.times ?? 0;
    const [chosen = null] = memberPeers()
      .filter(({ peer }) => (this.#failed.get(peer)?.until ?? 0) <= clock.now())
      .filter(({ publicKey }) => isTrusted(publicKey))
      .sort((one, other) => failures(one.peer) - failures(other.peer));
    return chosen;
  }

  #lineToAsk(): Line | null {
    const current = this.#current;
    if (current) return current;
    this.#line?.close(problem('line-closed'));
    const choice = this.#choice;
    this.#line = choice && new Line(this.#init, choice);
    return this.#line;
  }

  #fails(peer: string): void {
    const known = this.#failed.get(peer);
    const now = this.#init.clock.now();
    // All open questions of a line fail together.
    if (known && known.until > now) return;
    this.#failed.set(peer, { until: now + SHUN_MS, times: (known?.times ?? 0) + 1 });
  }
}
