import * as z from 'zod';
import { base, Did, empty } from './common.ts';
import { ValidatorCard } from './ledger.ts';

export const identityContract = {
  /**
   * The 24 words that restore this identity. Shown on demand, never logged. A page in a browser gives the node's passphrase
   * again. It need not in the first half hour after the node made the identity, until the words are confirmed.
   * Problems `passphrase-again`, `wrong-passphrase`, `too-many-attempts`.
   */
  phrase: base
    .input(z.object({ passphrase: z.string().min(1).max(1000).optional() }))
    .output(z.object({ words: z.array(z.string()).length(24) })),
  /** Confirms that the phrase was written down: checks the requested words, by position (0-based). */
  confirmPhrase: base
    .input(
      z.object({
        answers: z.array(z.object({ index: z.number().int().min(0).max(23), word: z.string() })).min(3),
      }),
    )
    .output(z.object({ confirmed: z.boolean() })),
  /** Replaces this node’s identity with the one of a phrase; only before a community is made or joined. */
  restore: base.input(z.object({ words: z.array(z.string()).length(24) })).output(z.object({ did: Did })),
  /** This node’s own card, which others need to add it to the validators of a community. */
  card: base.input(empty).output(ValidatorCard),
};
