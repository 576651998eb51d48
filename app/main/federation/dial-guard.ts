import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Problem } from '../kernel/errors.ts';
import type { Transport } from '../log/transport.ts';
import type { NodeBook } from './node-book.ts';
import type { AddressParts, Network } from './ports.ts';
import { RateLimit } from './rate-limit.ts';
import { problem } from './problems.ts';

/** [P7] Dials by addresses that nothing proves, a minute: of one host for one member and for all, for one member. */
const PER_HOST_AND_MEMBER = 6;
const PER_HOST = 30;
const PER_MEMBER = 20;
/** [P7] The same, of one host at a time. */
const AT_A_TIME = 3;
const MINUTE_MS = 60_000;

export interface DialGuardInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly book: NodeBook;
  readonly clock: Clock;
}

/**
 * [P7] Decides which addresses that a member tells are dialled. A member may name a stranger's address, or one
 * inside this network; that must not make this node flood a stranger or scan its own network.
 */
export class DialGuard {
  readonly #init: DialGuardInit;
  readonly #perHostAndMember: RateLimit;
  readonly #perHost: RateLimit;
  readonly #perMember: RateLimit;
  readonly #dialling = new Map<string, number>();

  constructor(init: DialGuardInit) {
    this.#init = init;
    this.#perHostAndMember = new RateLimit(init.clock, PER_HOST_AND_MEMBER, MINUTE_MS);
    this.#perHost = new RateLimit(init.clock, PER_HOST, MINUTE_MS);
    this.#perMember = new RateLimit(init.clock, PER_MEMBER, MINUTE_MS);
  }

  /**
   * The addresses of a peer that may be dialled, those of its record first.
   *
   * @param told addresses that the peer told over a connection.
   * @param proved addresses that led to the peer before, or that a person entered.
   */
  addressesOf(peer: string, told: ReadonlySet<string>, proved: ReadonlySet<string>): string[] {
    const all = new Set([...(this.#init.book.get(peer)?.addresses ?? []), ...told, ...proved]);
    return [...all].filter(
      (address) =>
        (proved.has(address) || this.#isAllowed(address, peer)) &&
        !isForPunching(this.#init.network.read(address)),
    );
  }

  /**
   * Dials; an address that nothing proves within the limits, and with its name resolved to the internet.
   * Rejects with a Problem.
   *
   * @param peer the peer that the address is told to lead to.
   * @param isProved whether the address led to the peer before, or a person entered it.
   */
  async dial(peer: string, address: string, signal: AbortSignal, isProved: boolean): Promise<string> {
    const { transport, network } = this.#init;
    if (isProved) return transport.dial(address, signal);
    const parts = network.read(address);
    if (parts === null) throw denied();
    const targets = parts.isName ? await network.resolve(address, signal) : [address];
    if (parts.isName && targets.some((target) => network.read(target)?.scope !== 'internet')) throw denied();
    let failure: unknown = denied();
    for (const target of targets) {
      try {
        return await this.#dialWithin(peer, target, signal);
      } catch (error) {
        failure = error;
        if (signal.aborted) break;
      }
    }
    throw failure;
  }

  async #dialWithin(peer: string, address: string, signal: AbortSignal): Promise<string> {
    const { transport, network, book } = this.#init;
    const host = network.read(address)?.host;
    if (host === undefined) throw denied();
    const key = book.get(peer)?.publicKey;
    const member = key === undefined ? peer : toHex(key);
    const busy = this.#dialling.get(host) ?? 0;
    if (
      busy >= AT_A_TIME ||
      !this.#perMember.take(member) ||
      !this.#perHostAndMember.take(`${host} ${member}`) ||
      !this.#perHost.take(host)
    ) {
      throw denied();
    }
    this.#dialling.set(host, busy + 1);
    try {
      return await transport.dial(address, signal);
    } finally {
      const left = (this.#dialling.get(host) ?? 1) - 1;
      if (left > 0) this.#dialling.set(host, left);
      else this.#dialling.delete(host);
    }
  }

  #isAllowed(address: string, peer: string): boolean {
    const { network, transport } = this.#init;
    const parts = network.read(address);
    if (parts === null || parts.peer !== peer || parts.relay === transport.self) return false;
    switch (parts.scope) {
      case 'internet':
        return true;
      case 'network':
        return network.isNeighbour(parts.host);
      case 'machine':
        return this.#isConfined();
      case 'nowhere':
        return false;
    }
  }

  /** Whether this node and all its peers are on this machine: a demonstration, or a test. */
  #isConfined(): boolean {
    const { network, transport } = this.#init;
    const peers = transport.peers().map(({ address }) => address);
    return (
      peers.length > 0 &&
      [...network.listening(), ...peers].every((address) => network.read(address)?.scope === 'machine')
    );
  }
}

/** QUIC serves direct connections through NAT; TCP, which costs a node less, is what it dials by itself. */
function isForPunching(parts: AddressParts | null): boolean {
  return parts?.way === 'quic';
}

function denied(): Problem {
  return problem('dial-denied');
}
