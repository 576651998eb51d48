import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, empty, Handle, Problem, Role, Timestamp } from './common.ts';
import { ReachWish } from './federation.ts';

export const CommunityName = z.string().trim().min(2, 'A name has at least 2 characters.').max(60);

export const InvitePreview = z.object({
  community: z.object({ id: Cid, name: z.string() }),
  addresses: z.array(z.string()),
  expiresAt: Timestamp.nullable(),
});

/**
 * Ledger parameters of the genesis document; omitted ones take their defaults. Supply and credit never
 * change.
 */
export const LedgerChoices = z.object({
  /** Name of the credits. */
  credit: z.string().trim().min(1).max(20).optional(),
  /** How many credits exist; at first the founder holds all of them. */
  supply: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  /** A snapshot is kept every this many blocks. */
  snapshotInterval: z.number().int().min(1).max(1_000_000).optional(),
  /** The maximum size of a block. */
  blockBytes: z
    .number()
    .int()
    .min(32 * 1024)
    .max(192 * 1024)
    .optional(),
  blockTransactions: z.number().int().min(1).max(10_000).optional(),
  /** The credits that a transaction costs. */
  fee: z.number().int().min(0).max(1_000_000_000).optional(),
});
export type LedgerChoices = z.infer<typeof LedgerChoices>;

/** One community of a node, as a list shows it; known whether the community is open or not. */
export const CommunityCard = z.object({
  id: Cid,
  name: z.string(),
  /**
   * `open`: its services run; `asleep`: it opens when it is needed; `archived`: kept, and opened for reading
   * alone; `broken`: it cannot be opened, see `problem`.
   */
  state: z.enum(['open', 'asleep', 'archived', 'broken']),
  problem: Problem.nullable(),
  /** Whether this person left it; it is archived, and only an invite brings them back. */
  left: z.boolean(),
  handle: z.string().nullable(),
  role: Role.nullable(),
  unread: z.number().int().nonnegative(),
  /** Decisions that wait for this person: items to review and notices that need attention. */
  duties: z.number().int().nonnegative(),
  /** Connected nodes of its members. */
  peers: z.number().int().nonnegative(),
  joinedAt: Timestamp,
});
export type CommunityCard = z.infer<typeof CommunityCard>;

/** Whether to take part under an identity that is used nowhere else, derived from the same 24 words. */
const OwnIdentity = z.boolean().default(false);
const One = z.object({ id: Cid });

export const communitiesContract = {
  /** All communities of this node, by name. */
  list: base.input(empty).output(z.array(CommunityCard)),
  /** Emits the whole list at once and then at every change, at most twice a second. */
  watch: base.input(empty).output(eventIterator(z.array(CommunityCard))),
  /** Makes a community with this person as its sysop, and with a few boards if `boards` is true. */
  create: base
    .input(
      z.object({
        name: CommunityName,
        description: z.string().trim().max(400).default(''),
        handle: Handle,
        boards: z.boolean().default(true),
        /** Fault model of the ledger’s validators: they may lie, or only stop. Cannot be changed later. */
        model: z.enum(['byzantine', 'crash']).default('byzantine'),
        ledger: LedgerChoices.default({}),
        ownIdentity: OwnIdentity,
      }),
    )
    .output(z.object({ id: Cid })),
  /** Reads an invite link without using it. */
  previewInvite: base.input(z.object({ invite: z.string().max(4000) })).output(InvitePreview),
  /**
   * Uses an invite: dials the host, presents the one-time secret, and receives the genesis and membership.
   */
  join: base
    .input(
      z.object({
        invite: z.string().trim().max(4000),
        handle: Handle,
        /** Sets this node up for a reach before it joins. Unchanged if omitted. */
        wish: ReachWish.optional(),
        ownIdentity: OwnIdentity,
      }),
    )
    .output(z.object({ id: Cid, role: Role })),
  /**
   * Closes a community and keeps it for reading alone, or takes it out of the archive. Rejects with a Problem
   * `community-unknown`, or `community-left` for one that this person left.
   */
  archive: base.input(One.extend({ archived: z.boolean() })).output(empty),
  /**
   * Leaves a community. The copy on this node stays in the archive until a new invite is used. Rejects with a
   * Problem `validator-cannot-leave` while this node signs blocks of the community.
   */
  leave: base.input(One).output(empty),
  /**
   * Copies a community into a new folder, as `community.db` and `files`; “impulse restore” takes the database.
   * Rejects with a Problem if the folder exists or cannot be written.
   */
  export: base
    .input(One.extend({ path: z.string().min(1).max(4096) }))
    .output(z.object({ path: z.string(), sizeBytes: z.number() })),
  /** Removes a community and its files from this node. `name` confirms the intent. */
  delete: base.input(One.extend({ name: z.string() })).output(empty),
};
