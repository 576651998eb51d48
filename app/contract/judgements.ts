import * as z from 'zod';
import { base, Did, empty, Role, Timestamp } from './common.ts';

/** A person whose node's judgements this node may take over. */
export const Judge = z.object({
  did: Did,
  handle: z.string(),
  role: Role.nullable(),
  isValidator: z.boolean(),
  /** Whether their judgements are taken over now. */
  trusted: z.boolean(),
  /** The sysop’s choice. If null, the person is trusted as a validator or as a moderator or above. */
  choice: z.enum(['always', 'never']).nullable(),
  /** Whether their node can be asked now. */
  online: z.boolean(),
  /** Items here that are shown by their judgement. */
  taken: z.number().int().nonnegative(),
  /** Judgements of theirs that were compared with this node's own, and how many of them differed. */
  sampled: z.number().int().nonnegative(),
  disagreed: z.number().int().nonnegative(),
  /** Since when they are not trusted because too many differed; null if that did not happen. */
  distrustedAt: Timestamp.nullable(),
});
export type Judge = z.infer<typeof Judge>;

export const contract = {
  /** Those who are trusted or were, and those whom the sysop decided about. */
  judges: base.input(empty).output(z.array(Judge)),
  /**
   * Decides about a member; null returns to the default. Earlier comparisons count no more. Rejects with a Problem
   * `person-unknown`.
   */
  choose: base
    .input(z.object({ did: Did, choice: z.enum(['always', 'never']).nullable() }))
    .output(z.array(Judge)),
};

export const settings = {
  schema: z.object({
    /** Whether judgements of validators, and of moderators and above, are taken over. */
    trustModerators: z.boolean(),
  }),
  defaults: { trustModerators: true },
  perCommunity: true,
};
