import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Problem } from '../kernel/errors.ts';
import type { Transport } from '../log/transport.ts';
import type { NodeBook } from './node-book.ts';
import type { AddressParts, Network } from './ports.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import { problem } from './problems.ts';

/**
 * [P7] Dials of unproved addresses per minute: of one host for one member, of one host for all members, and
 * for one member.
 */
const PER_HOST_AND_MEMBER = 6;
const PER_HOST = 30;
const PER_MEMBER = 20;
/** [P7] Concurrent dials of one host at unproved addresses. */
const AT_A_TIME = 3;
const MINUTE_MS = 60_000;

export interface DialGuardInit {
  readonly transport: Transport;
  readonly network: Network;
  readonly book: NodeBook;
  readonly clock: Clock;
}

/**
 * [P7] Decides which of the addresses that a member announces are dialled. A member may announce the address
 * of a stranger or of a host in this network; this node must not flood strangers or scan its own network.
 */
export class DialGuard {
  readonly #init: DialGuardInit;
  readonly #perHostAndMember: FixedWindows;
  readonly #perHost: FixedWindows;
  readonly #perMember: FixedWindows;
  readonly #dialling = new Map<string, number>();

  constructor(init: DialGuardInit) {
    this.#init = init;
    this.#perHostAndMember = new FixedWindows(init.clock, PER_HOST_AND_MEMBER, MINUTE_MS);
    this.#perHost = new FixedWindows(init.clock, PER_HOST, MINUTE_MS);
    this.#perMember = new FixedWindows(init.clock, PER_MEMBER, MINUTE_MS);
  }

  /**
   * The addresses of a peer that may be dialled; those of its record come first.
   *
   * @param told addresses that the peer announced over a connection.
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
   * Dials an address. An unproved one is dialled within the limits, and only if its name resolves to the
   * internet. Rejects with a Problem.
   *
   * @param peer the peer that should answer at the address.
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

  /** Whether this node and all its peers run on this machine, as in a demonstration or a test. */
  #isConfined(): boolean {
    const { network, transport } = this.#init;
    const peers = transport.peers().map(({ address }) => address);
    return (
      peers.length > 0 &&
      [...network.listening(), ...peers].every((address) => network.read(address)?.scope === 'machine')
    );
  }
}

/** QUIC is kept for hole punching; ordinary dials use TCP, which costs a node less. */
function isForPunching(parts: AddressParts | null): boolean {
  return parts?.way === 'quic';
}

function denied(): Problem {
  return problem('dial-denied');
}
