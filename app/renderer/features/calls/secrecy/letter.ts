import * as z from 'zod';
import { MAX_GENERATION, MAX_STEP } from './epoch.ts';

const Hello = z.object({
  key: z.string().max(64),
  at: z.number().int().nonnegative(),
  signature: z.string().max(100),
});
/** The key of a stay, signed by the person's node. */
export type Hello = z.infer<typeof Hello>;

const Letter = z.object({
  v: z.literal(1),
  hello: Hello.optional(),
  /** Whether the sender lacks the key of the recipient. */
  asks: z.boolean().optional(),
  epoch: z
    .object({
      generation: z.number().int().min(1).max(MAX_GENERATION),
      step: z.number().int().min(0).max(MAX_STEP),
      box: z.string().max(120),
    })
    .optional(),
});
/** The whispers of participants of an encrypted call. */
export type Letter = Omit<z.infer<typeof Letter>, 'v'>;

export const written = (letter: Letter): string => JSON.stringify({ v: 1, ...letter });

/** Null if it is none: whispers come from others. */
export function read(data: string): Letter | null {
  try {
    return Letter.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
