import { equalBytes } from '../kernel/bytes.ts';
import type { Introduction } from '../log/handshake.ts';
import { MAX_PER_MEMBER } from './node-book.ts';

/** Proofs kept of peers that disconnected. */
const MAX_PROOFS = 500;

interface Proof {
  readonly publicKey: Uint8Array;
  /** The peer’s introduction; null for a newcomer who has not introduced themselves yet. */
  readonly introduction: Introduction | null;
}

export interface MemberNodesInit {
  readonly isConnected: (peer: string) => boolean;
  /** A peer whose place another node of the same member took. */
  readonly onDropped: (peer: string) => void;
}

/** [FG5] The peers that proved to be members' nodes, the latest last: of one member as many as have records. */
export class MemberNodes {
  readonly #init: MemberNodesInit;
  readonly #proofs = new Map<string, Proof>();

  constructor(init: MemberNodesInit) {
    this.#init = init;
  }

  /** Records that a peer holds a member's key; false if enough other nodes of the member are connected. */
  prove(peer: string, publicKey: Uint8Array, introduction: Introduction | null): boolean {
    const others = [...this.#proofs].filter(
      ([other, proof]) => other !== peer && equalBytes(proof.publicKey, publicKey),
    );
    const lost = others.map(([other]) => other).filter((other) => !this.#init.isConnected(other));
    if (others.length - lost.length >= MAX_PER_MEMBER) return false;
    for (const other of lost.slice(0, Math.max(0, others.length + 1 - MAX_PER_MEMBER))) this.#drop(other);
    const before = this.#proofs.get(peer);
    this.#proofs.delete(peer);
    this.#proofs.set(peer, { publicKey, introduction: introduction ?? before?.introduction ?? null });
    const [oldest] = this.#proofs.keys();
    if (this.#proofs.size > MAX_PROOFS && oldest !== undefined) this.#drop(oldest);
    return true;
  }

  /** The member's key that a peer proved to hold, whether or not the member has rights now. */
  keyOf(peer: string): Uint8Array | null {
    return this.#proofs.get(peer)?.publicKey ?? null;
  }

  introduction(peer: string): Introduction | null {
    return this.#proofs.get(peer)?.introduction ?? null;
  }

  #drop(peer: string): void {
    this.#proofs.delete(peer);
    this.#init.onDropped(peer);
  }
}
