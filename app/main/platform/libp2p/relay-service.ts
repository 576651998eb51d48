import type { Clock } from '../../kernel/clock.ts';
import type { Conduct } from './conduct.ts';

/**
 * Connections to members that non-members may request per minute; newcomers with an invite are not members
 * yet.
 */
const STRANGERS_PER_MINUTE = 12;
const MINUTE_MS = 60_000;

/**
 * Decides for whom this node relays. Only members get places; others may dial those members within a limit.
 */
export class RelayService {
  readonly #clock: Clock;
  readonly #conduct: Conduct;
  #isMember: (peer: string) => boolean = () => false;
  #strangers: number[] = [];

  constructor(clock: Clock, conduct: Conduct) {
    this.#clock = clock;
    this.#conduct = conduct;
  }

  serve(isMember: (peer: string) => boolean): void {
    this.#isMember = isMember;
  }

  mayReserve(peer: string): boolean {
    return !this.#conduct.banned(peer) && this.#isMember(peer);
  }

  mayConnect(source: string): boolean {
    if (this.#conduct.banned(source)) return false;
    if (this.#isMember(source)) return true;
    const now = this.#clock.now();
    this.#strangers = this.#strangers.filter((at) => at > now - MINUTE_MS);
    if (this.#strangers.length >= STRANGERS_PER_MINUTE) return false;
    this.#strangers.push(now);
    return true;
  }
}
