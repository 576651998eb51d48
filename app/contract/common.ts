import { oc } from '@orpc/contract';
import * as z from 'zod';

/** A failure that a procedure may return: a stable code, what happened, and what a person can do next. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  /** One sentence in the imperative, or null if nothing can be done. */
  remedy: z.string().nullable(),
  /** Id and parameters of the text in the node’s catalogues, so that a translation can replace it. */
  messageId: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** The base of every feature’s contract: one typed error carries a {@link Problem}. */
export const base = oc.errors({ PROBLEM: { status: 422, data: Problem } });

/** The content address of an event or blob: a CIDv1 in base32. */
export const Cid = z.string().min(8).max(100);

/** A person's identity, `did:key:z…` (Ed25519). */
export const Did = z.string().startsWith('did:key:z').max(100);

/** Milliseconds since the Unix epoch. */
export const Timestamp = z.number().int().nonnegative();

export const Role = z.enum(['sysop', 'co-sysop', 'moderator', 'member', 'guest']);
export type Role = z.infer<typeof Role>;

/** A member as shown beside their posts. `handle` falls back to the tail of the DID if it is unknown. */
export const Person = z.object({ did: Did, handle: z.string(), role: Role.nullable() });
export type Person = z.infer<typeof Person>;

/** The characters that a person counts: a letter with its accents and vowel signs is one. */
const lettersOf = (text: string): number => text.replaceAll(/\p{M}/gu, '').length;

/**
 * Letters and accents come composed, whichever way a keyboard or a file writes them. The ledger's rules say which letters
 * and marks, and whether marks at all.
 */
export const Handle = z
  .string()
  .trim()
  .normalize('NFC')
  .refine((text) => lettersOf(text) >= 2, 'A handle has at least 2 characters.')
  .refine((text) => lettersOf(text) <= 32 && text.length <= 64, 'A handle has at most 32 characters.')
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.\- ]*[\p{L}\p{M}\p{N}]$/u,
    'Letters with their accents and vowel signs, digits, spaces, dots, hyphens and underscores only.',
  );

/**
 * How far a post has spread: `local` (this node alone holds it), `gossiped` (at least one peer
 * acknowledged it), `held` (`copies` peers are known to hold it), `certified` (a quorum of validators held it
 * when they signed block `block`).
 */
export const Finality = z.object({
  level: z.enum(['local', 'gossiped', 'replicated', 'certified']),
  copies: z.number().int().nonnegative(),
  /** The height of the block that lists the post; only with `certified`. */
  block: z.number().int().positive().optional(),
});
export type Finality = z.infer<typeof Finality>;

/** A page of results; `next` is null at the end. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable(),
    total: z.number().int().nonnegative().nullable(),
  });

export const Cursor = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** Progress of a long task. `total` is null while unknown. */
export const Progress = z.object({
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
  perSecond: z.number().nonnegative(),
  /** Seconds left at the rate of the last few seconds, or null if unknown. */
  etaSeconds: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const empty = z.object({});
