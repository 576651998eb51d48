import { toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import type { Role } from '../kernel/roles.ts';

export interface InviteRow {
  readonly id: Uint8Array;
  readonly secretHash: Uint8Array;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usesLeft: number;
  readonly issuedBy: Uint8Array;
}

export interface AddressRow {
  readonly address: string;
  readonly peer: string | null;
  readonly name: string | null;
  readonly lastOkAt: number | null;
  readonly failures: number;
}

/** The most addresses kept. */
const MAX_ADDRESSES = 500;

const INVITE = `SELECT id, secret_hash AS secretHash, role, created_at AS createdAt, expires_at AS expiresAt,
  uses_left AS usesLeft, issued_by AS issuedBy FROM invite`;

/** Invites that this node issued, and the addresses of peers it knows. */
export class FederationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  addInvite(row: InviteRow): void {
    this.#db
      .prepare(
        'INSERT INTO invite (id, secret_hash, role, created_at, expires_at, uses_left, issued_by) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(row.id, row.secretHash, row.role, row.createdAt, row.expiresAt, row.usesLeft, row.issuedBy);
  }

  invite(id: Uint8Array): InviteRow | null {
    return this.#db.prepare<InviteRow>(`${INVITE} WHERE id = ?`).get(id) ?? null;
  }

  /** Newest first. */
  invites(): InviteRow[] {
    return this.#db.prepare<InviteRow>(`${INVITE} ORDER BY created_at DESC, id`).all();
  }

  /** Handles of those who used an invite, by hex id of the invite. */
  uses(): Map<string, string[]> {
    const uses = new Map<string, string[]>();
    const rows = this.#db
      .prepare<{ invite: Uint8Array; handle: string }>(
        'SELECT invite, handle FROM invite_use ORDER BY used_at',
      )
      .all();
    for (const { invite, handle } of rows) {
      const key = toHex(invite);
      uses.set(key, [...(uses.get(key) ?? []), handle]);
    }
    return uses;
  }

  /** [FJ4] Takes one use for a member, in one transaction; false when none was left. */
  takeUse(invite: Uint8Array, member: Uint8Array, handle: string, usedAt: number): boolean {
    return this.#db.transaction(() => {
      const { changes } = this.#db
        .prepare('UPDATE invite SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0')
        .run(invite);
      if (changes === 0) return false;
      this.#db
        .prepare('INSERT OR REPLACE INTO invite_use (invite, member, handle, used_at) VALUES (?, ?, ?, ?)')
        .run(invite, member, handle, usedAt);
      return true;
    });
  }

  /** Gives a use back after the admission failed. */
  returnUse(invite: Uint8Array, member: Uint8Array): void {
    this.#db.transaction(() => {
      const { changes } = this.#db
        .prepare('DELETE FROM invite_use WHERE invite = ? AND member = ?')
        .run(invite, member);
      if (changes > 0)
        this.#db.prepare('UPDATE invite SET uses_left = uses_left + 1 WHERE id = ?').run(invite);
    });
  }

  /** Revokes an invite; false if there is no such invite. */
  revokeInvite(id: Uint8Array): boolean {
    return this.#db.prepare('UPDATE invite SET uses_left = 0 WHERE id = ?').run(id).changes > 0;
  }

  addresses(): AddressRow[] {
    return this.#db
      .prepare<AddressRow>(
        'SELECT address, peer, name, last_ok_at AS lastOkAt, failures FROM peer_address ORDER BY last_ok_at DESC, address',
      )
      .all();
  }

  /** Adds an address, without changing a known one; drops the oldest unused ones over the limit. */
  remember(address: string, peer: string | null, name: string | null): void {
    this.#db
      .prepare(
        `INSERT INTO peer_address (address, peer, name) VALUES (?, ?, ?)
         ON CONFLICT (address) DO UPDATE SET peer = coalesce(excluded.peer, peer), name = coalesce(excluded.name, name)`,
      )
      .run(address, peer, name);
    this.#db
      .prepare(
        `DELETE FROM peer_address WHERE address IN
           (SELECT address FROM peer_address ORDER BY last_ok_at DESC, failures LIMIT -1 OFFSET ${MAX_ADDRESSES})`,
      )
      .run();
  }

  dialled(address: string, peer: string, at: number): void {
    this.#db
      .prepare('UPDATE peer_address SET peer = ?, last_ok_at = ?, failures = 0 WHERE address = ?')
      .run(peer, at, address);
  }

  failed(address: string): void {
    this.#db.prepare('UPDATE peer_address SET failures = failures + 1 WHERE address = ?').run(address);
  }

  forget(address: string): void {
    this.#db.prepare('DELETE FROM peer_address WHERE address = ?').run(address);
  }
}
