import type { Invite, Reach } from '../../contract/federation.ts';
import { fromHex, toHex } from '../kernel/bytes.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { outranks, reaches, type Role } from '../kernel/roles.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import { encodeInvite } from './invite.ts';
import type { FederationStore, InviteRow } from './store.ts';
import { problem } from './problems.ts';

const HOUR_MS = 3_600_000;

export interface InvitesInit {
  readonly store: FederationStore;
  /** [I2] The addresses for an invite of a reach. Throws a Problem (`reach-unset`, `not-reachable`). */
  readonly addressesFor: (reach: Reach | undefined) => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly authority: Authority;
  readonly community: Uint8Array;
  readonly communityName: () => string;
}

export interface InviteWish {
  readonly role: Exclude<Role, 'sysop'>;
  readonly hours: number;
  readonly uses: number;
  readonly reach?: Reach | undefined;
}

/** Issues and revokes invites. The secret is in the link; this node keeps only its digest. */
export class Invites {
  readonly #init: InvitesInit;

  constructor(init: InvitesInit) {
    this.#init = init;
  }

  /** All invites, newest first, including used and expired ones. */
  list(): Invite[] {
    const uses = this.#init.store.uses();
    return this.#init.store.invites().map((row) => view(row, uses.get(toHex(row.id)) ?? []));
  }

  /** Throws a Problem (`out-of-role`, `reach-unset`, `not-reachable`). */
  issue({ role, hours, uses, reach }: InviteWish): { invite: Invite; link: string; addresses: string[] } {
    const { store, clock, random, signer, authority, community, communityName } = this.#init;
    const now = clock.now();
    const own = authority.roleAt(signer.publicKey, ticksOf(now));
    // The host signs the admission, so it must have the right to.
    if (own === null || !reaches(own, 'moderator') || !outranks(own, role)) {
      throw problem('out-of-role', { role });
    }
    const addresses = [...this.#init.addressesFor(reach)];
    const [id, secret] = [random.bytes(16), random.bytes(32)];
    const expiresAt = now + hours * HOUR_MS;
    const row = { id, role, createdAt: now, expiresAt, usesLeft: uses, issuedBy: signer.publicKey };
    store.addInvite({ ...row, secretHash: sha256(secret) });
    const link = encodeInvite({
      community,
      name: communityName().slice(0, 60),
      addresses,
      id,
      secret,
      expiresAt,
    });
    return { invite: view(row, []), link, addresses };
  }

  /** Throws a Problem `invite-unknown`. */
  revoke(id: string): void {
    if (this.#init.store.revokeInvite(fromHex(id))) return;
    throw problem('invite-unknown');
  }
}

function view(row: Omit<InviteRow, 'secretHash'>, usedBy: string[]): Invite {
  const { id, role, createdAt, expiresAt, usesLeft } = row;
  return { id: toHex(id), role, createdAt, expiresAt, usesLeft, usedBy };
}
