import { timingSafeEqual } from './timing-safe.ts';
import type { Clock } from '../kernel/clock.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { toHex } from '../kernel/bytes.ts';
import { problemOf } from '../kernel/errors.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Verifier } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import type { Log } from '../log/log.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { joinTranscript, JOIN_PROTOCOL, Request, type Answer } from './join-wire.ts';
import { decodeMessage } from './wire.ts';
import type { FederationStore } from './store.ts';
import { problem } from './problems.ts';

/** [FJ5] Attempts per minute for one peer, and with the secret of one invite. */
const TRIES_PER_PEER = 5;
const TRIES_PER_INVITE = 60;
const MINUTE_MS = 60_000;
const PATIENCE_MS = 10_000;

export interface JoinHostInit {
  readonly log: Log;
  readonly transport: Pick<Transport, 'self' | 'handle'>;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly store: FederationStore;
  /** The encoded genesis document, whose digest is the community's id. */
  readonly genesis: Uint8Array;
  /** [FJ6] The version of the ledger's protocol that is in force. */
  readonly protocol: () => number;
  /** Admits a member; resolves when that is final. Rejects with a Problem, such as `handle-taken`. */
  readonly admit: (newcomer: { publicKey: Uint8Array; handle: string; role: Role }) => Promise<void>;
  /** Called with a peer that proved to hold the key of a member. */
  readonly onWelcome: (peer: string, publicKey: Uint8Array) => void;
}

/** Admits people who present an invite that this node issued. The rules are in SPEC.md. */
export class JoinHost {
  readonly #init: JoinHostInit;
  readonly #perPeer: FixedWindows;
  readonly #perInvite: FixedWindows;
  /** [FG1] The invites of peers that wait for their admission. */
  readonly #guests = new Map<string, string>();
  #running = false;

  constructor(init: JoinHostInit) {
    this.#init = init;
    this.#perPeer = new FixedWindows(init.clock, TRIES_PER_PEER, MINUTE_MS);
    this.#perInvite = new FixedWindows(init.clock, TRIES_PER_INVITE, MINUTE_MS);
  }

  start(): void {
    this.#running = true;
    this.#init.transport.handle(JOIN_PROTOCOL, (channel) => this.#answer(channel));
  }

  stop(): void {
    this.#running = false;
  }

  /** [FG1] The invite, as text, by which a peer is being admitted, or null. */
  guestOf(peer: string): string | null {
    return this.#guests.get(peer) ?? null;
  }

  async #answer(channel: Channel): Promise<void> {
    const { clock, logger } = this.#init;
    if (!this.#running) return channel.abort(new Error('stopping'));
    const cancel = clock.after(PATIENCE_MS, () => channel.abort(new Error('the newcomer says nothing')));
    try {
      const first = await channel.receive().next();
      if (first.done) return;
      cancel();
      let role: Role;
      try {
        role = await this.#admit(channel.peer, first.value);
      } catch (error) {
        const { code, message, remedy } = problemOf(error);
        logger.info('join-refused', { peer: channel.peer, code });
        return await send(channel, ['refused', code, message.slice(0, 400), remedy]);
      }
      await send(channel, ['welcome', role, this.#init.genesis]);
      logger.info('join-accepted', { peer: channel.peer });
    } finally {
      cancel();
    }
  }

  async #admit(peer: string, bytes: Uint8Array): Promise<Role> {
    const { log, transport, clock, verifier, authority, store, admit, onWelcome } = this.#init;
    if (!this.#perPeer.take(peer)) throw problem('too-many-tries');
    const request = decodeMessage(Request, bytes);
    const { publicKey, handle, signature, protocol = 1 } = request;
    // [FJ5] A peer without an invite costs one lookup in the database, and counts for nobody else.
    const invite = store.invite(request.invite);
    if (!invite) throw problem('invite-not-issued');
    if (!timingSafeEqual(sha256(request.secret), invite.secretHash)) {
      throw problem('bad-secret');
    }
    if (!this.#perInvite.take(toHex(invite.id))) throw problem('too-many-tries');
    const message = joinTranscript(log.community, peer, transport.self, request);
    const [genuine] = await verifier.verify([{ publicKey, message, signature }]);
    if (!genuine) throw problem('bad-signature');
    if (protocol < this.#init.protocol()) throw problem('ledger-outdated');
    const now = clock.now();
    const role = authority.roleAt(publicKey, log.now);
    // [FJ4] A member is welcomed again: the earlier answer may have been lost.
    if (role !== null) {
      onWelcome(peer, publicKey);
      return role;
    }
    if (invite.expiresAt <= now) {
      throw problem('invite-expired');
    }
    if (authority.knows(publicKey)) {
      throw problem('banned');
    }
    if (!store.takeUse(invite.id, publicKey, handle, now)) {
      throw problem('invite-used');
    }
    this.#guests.set(peer, `invite:${toHex(invite.id)}`);
    try {
      await admit({ publicKey, handle, role: invite.role });
    } catch (error) {
      store.returnUse(invite.id, publicKey);
      throw error;
    } finally {
      this.#guests.delete(peer);
    }
    onWelcome(peer, publicKey);
    return invite.role;
  }
}

async function send(channel: Channel, answer: Answer): Promise<void> {
  await channel.send(encodeCanonical(answer));
}
