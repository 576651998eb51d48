import type * as contract from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { mixesScripts } from '../kernel/look-alikes.ts';
import { throttled, type Clock } from '../kernel/clock.ts';
import { didOf, publicKeyOf } from '../kernel/did.ts';
import { outranks, reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import { isHandle, MARKS_SINCE, type Ledger } from '../ledger/index.ts';
import type { Log } from '../log/log.ts';
import type { RosterSync } from './roster-sync.ts';
import type { Gate } from '../moderation/index.ts';
import type { Roster, RosterMember } from './roster.ts';
import { problem } from './problems.ts';

/** How long changes are collected before the console is told, in milliseconds. */
const TELL_AFTER_MS = 60;

/** Who is online, as far as this node knows. */
export interface PresenceLookup {
  isOnline(key: Uint8Array): boolean;
  /** Milliseconds since the epoch, or null when never seen. */
  lastSeenAt(key: Uint8Array): number | null;
  onChange(listener: () => void): () => void;
}

/** Messages by an author that are on this node. */
export interface MessageCounts {
  of(author: Uint8Array): number;
  /** Calls back when more were counted; returns how to stop. */
  onChange(listener: () => void): () => void;
}

export interface MembersInit {
  readonly roster: Roster;
  /** Reports changes of the roster. */
  readonly rosterSync: Pick<RosterSync, 'onChange'>;
  readonly log: Pick<Log, 'now'>;
  /** Where transactions are submitted; resolves once they are final [M10]. */
  readonly ledger: Pick<Ledger, 'act'>;
  /** The version of the ledger's protocol that is in force. */
  readonly protocol: () => number;
  readonly messages: MessageCounts;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly presence: PresenceLookup;
  /** A handle is judged before it is signed. */
  readonly gate: Pick<Gate, 'own'>;
  /** Whether models or people hide a handle. */
  readonly hides: (member: Uint8Array, handle: string) => boolean;
  /** Calls back with handles that passed the gate. */
  readonly passed: (handle: string) => void;
}

export interface Me extends contract.Person {
  readonly key: Uint8Array;
}

export type Members = ReturnType<typeof createMembers>;

/**
 * [M13] Refuses a text that the ledger does not take as a handle.
 *
 * @param version that of the protocol that is in force.
 * @throws Problem `bad-handle`.
 */
export function mustBeHandle(handle: string, version: number): void {
  if (isHandle(handle, version)) return;
  throw problem(isHandle(handle, MARKS_SINCE) ? 'handle-needs-version' : 'bad-handle', { handle });
}

/** The members for the console: who belongs here, and what a person may change about them. */
export function createMembers(init: MembersInit) {
  const { roster, rosterSync, log, ledger, messages, signer, clock, protocol } = init;
  const listeners = new Set<() => void>();
  let stops: (() => void)[] = [];

  const tellSoon = throttled(clock, TELL_AFTER_MS, () => {
    for (const listener of listeners) listener();
  });

  const roleNow = (key: Uint8Array): Role | null => roster.roleAt(key, log.now);

  const nameOf = (key: Uint8Array): string => {
    const member = roster.member(key);
    const handle = member?.handle ?? null;
    const shown = member && handle !== null && !init.hides(member.key, handle);
    const end = didOf(member?.key ?? key).slice(-6);
    if (!shown) return end;
    // [M13] In words, so that it is heard as well as seen.
    const other = roster.resembled(handle, member.key);
    if (other?.handle && !init.hides(other.key, other.handle))
      return `${handle} (not ${other.handle}, ${end})`;
    return other || mixesScripts(handle) ? `${handle} (${end})` : handle;
  };

  /** [M13] Free to an account, or to a newcomer; and nobody takes it for another. */
  const mustBeFree = (handle: string, mine: Uint8Array | null): void => {
    mustBeHandle(handle, protocol());
    const holder = roster.holderOf(handle);
    if (holder && !(mine && equalBytes(holder.key, mine))) {
      throw problem('handle-taken', { handle });
    }
    if (mixesScripts(handle)) throw problem('handle-mixed', { handle });
    const other = roster.resembled(handle, mine);
    if (other?.handle) throw problem('handle-looks-alike', { handle, other: other.handle });
  };

  /** [J23] Judges a handle; rejects with a Problem `held-back` if it would be hidden. */
  const mustPass = async (handle: string): Promise<void> => {
    const shownAt = [0, handle.length] as const;
    await init.gate.own({ kind: 'words', text: handle, shownAt, board: null, askReview: false });
    init.passed(handle);
  };

  const memberFor = (did: string): RosterMember => {
    const member = roster.member(publicKeyOf(did));
    if (member) return member;
    throw problem('not-found');
  };

  const isMe = (key: Uint8Array): boolean => equalBytes(key, signer.publicKey);

  /** Throws unless this person may decide about a member; `own` is the problem if they are that member. */
  const mayDecide = (target: RosterMember, own: 'own-role' | 'own-ban' | 'own-lift'): Role => {
    if (isMe(target.key)) {
      throw problem(own);
    }
    const mine = roleNow(signer.publicKey);
    if (!reaches(mine, 'moderator')) {
      throw problem('out-of-role');
    }
    if (target.role !== null && !outranks(mine!, target.role)) {
      throw problem('outranked', { name: nameOf(target.key), role: target.role });
    }
    return mine!;
  };

  const bannedNow = ({ banned }: RosterMember) =>
    banned && (banned.until === null || banned.until > clock.now()) ? banned : null;

  /** [M14] In version 1 the ledger does not compare ranks; later it refuses by itself [X32]. */
  const mustNotUndoBan = (target: RosterMember, mine: Role): void => {
    const banned = bannedNow(target);
    const theirs = banned && protocol() === 1 ? roleNow(banned.by) : null;
    if (banned && theirs && outranks(theirs, mine)) {
      throw problem('ban-of-higher-role', { name: nameOf(banned.by), role: theirs });
    }
  };

  const memberOf = (member: RosterMember, posts: number): contract.Member => {
    const banned = bannedNow(member);
    const presence = init.presence;
    const mine = isMe(member.key);
    return {
      did: didOf(member.key),
      handle: nameOf(member.key),
      handleBlock: member.handleBlock,
      role: member.role,
      joinedAt: member.joinedAt,
      invitedBy: member.invitedBy && nameOf(member.invitedBy),
      posts,
      lastSeenAt: mine ? clock.now() : presence.lastSeenAt(member.key),
      online: mine || presence.isOnline(member.key),
      banned: banned && { at: banned.at, until: banned.until, reason: banned.reason, by: nameOf(banned.by) },
      isMe: mine,
    };
  };

  const person = (key: Uint8Array): contract.Person => ({
    did: didOf(roster.member(key)?.key ?? key),
    handle: nameOf(key),
    role: roleNow(key),
  });

  return {
    /** Subscribes to the ledger and to presence. */
    start(): void {
      stops = [rosterSync.onChange(tellSoon), init.presence.onChange(tellSoon), messages.onChange(tellSoon)];
    },

    stop(): void {
      for (const stop of stops.splice(0)) stop();
    },

    /** Causes the list to be read again: a handle was hidden or shown. */
    handlesChanged: tellSoon,

    /** All members ever admitted, banned ones too, by handle. */
    list(): contract.Member[] {
      return roster
        .members()
        .map((member) => memberOf(member, messages.of(member.key)))
        .sort((a, b) => a.handle.localeCompare(b.handle, 'en'));
    },

    /** This node's own person; the role is null if they are not admitted yet, or banned. */
    me: (): Me => ({ ...person(signer.publicKey), key: signer.publicKey }),

    /** A person as shown beside their messages; the handle falls back to the end of the DID. */
    person,

    /** The handle of a member, judged or not; null for someone without a handle. */
    handleOf: (key: Uint8Array): string | null => roster.member(key)?.handle ?? null,

    /** Rejects with a Problem `bad-handle`, `handle-taken`, `held-back` or one of {@link Ledger.act}. */
    async setHandle(handle: string): Promise<void> {
      mustBeFree(handle, signer.publicKey);
      if (roster.member(signer.publicKey)?.handle === handle) return;
      await mustPass(handle);
      await ledger.act('handle.register', { handle });
    },

    /** Rejects with a Problem `not-found`, `yourself`, `out-of-role` or one of {@link Ledger.act}. */
    async setRole({ did, role }: { did: string; role: Role }): Promise<void> {
      const target = memberFor(did);
      const mine = mayDecide(target, 'own-role');
      if (!outranks(mine, role)) {
        throw problem('grants-too-much', { role });
      }
      if (target.role !== role) await ledger.act('role.grant', { member: target.key, role });
    },

    /**
     * `until` in milliseconds since the epoch, null for a permanent ban. Rejects like `setRole`, and with
     * `bad-until`.
     */
    async ban({ did, reason, until }: { did: string; reason: string; until: number | null }): Promise<void> {
      const target = memberFor(did);
      mustNotUndoBan(target, mayDecide(target, 'own-ban'));
      if (until !== null && until <= clock.now()) {
        throw problem('bad-until');
      }
      await ledger.act('member.ban', { member: target.key, reason, until });
    },

    /** Ends a ban. Rejects with a Problem `not-found`, `not-banned`, `yourself`, `out-of-role` [M14] or one of {@link Ledger.act}. */
    async lift({ did }: { did: string }): Promise<void> {
      const target = memberFor(did);
      const mine = mayDecide(target, 'own-lift');
      if (!bannedNow(target)) throw problem('not-banned', { name: nameOf(target.key) });
      mustNotUndoBan(target, mine);
      await ledger.act('member.lift', { member: target.key });
    },

    /**
     * Admits a new member.
     * Rejects with a Problem `already-member`, `bad-handle`, `handle-taken`, `held-back`, `out-of-role` or one of {@link Ledger.act}.
     */
    async admit({ key, handle, role }: { key: Uint8Array; handle: string; role: Role }): Promise<void> {
      if (roster.knows(key)) {
        throw problem('already-member');
      }
      mustBeFree(handle, null);
      const mine = roleNow(signer.publicKey);
      if (!reaches(mine, 'moderator') || !outranks(mine!, role)) {
        throw problem('admits-too-much', { role });
      }
      await mustPass(handle);
      await ledger.act('role.grant', { member: key, role, handle });
    },

    /** Resolves once this node's own person is a member [M11], or after `waitMs` at the latest. */
    arrived(waitMs: number): Promise<void> {
      return new Promise((resolve) => {
        const look = () => {
          if (!roster.knows(signer.publicKey)) return;
          stopListening();
          stopWaiting();
          resolve();
        };
        const stopListening = rosterSync.onChange(look);
        const stopWaiting = clock.after(waitMs, () => {
          stopListening();
          resolve();
        });
        look();
      });
    },

    /** Calls back when the list may look different; returns how to stop listening. */
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
