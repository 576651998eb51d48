import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { Role } from '../../../contract/index.ts';
import { writeAtomically } from '../atomic-write.ts';

/** The longest name that a card keeps, in characters. */
const MAX_NAME = 200;

/**
 * The entry of a community in its node's list, kept beside its database, so that a list of a thousand communities
 * opens none of them. `usedAt`, `archived` and `left` are stored nowhere else; the rest repeats the database.
 */
export const Card = z.object({
  name: z.string().max(MAX_NAME),
  handle: z.string().max(MAX_NAME).nullable(),
  role: Role.nullable(),
  unread: z.int().nonnegative(),
  duties: z.int().nonnegative(),
  /** Milliseconds since the Unix epoch. */
  joinedAt: z.int().nonnegative(),
  /** When a person or a peer last used it, in milliseconds since the Unix epoch. */
  usedAt: z.int().nonnegative(),
  archived: z.boolean(),
  /** Whether this person left it; it is archived then. */
  left: z.boolean().default(false),
  /** [CM7] The number of the person who takes part in it. */
  person: z.int().nonnegative().default(0),
  /** Whether this node signs blocks of it, so that it opens when the node starts. */
  validates: z.boolean(),
  /** [CM8] When the earliest timer of a ledger that this node validates is due; null if there is none. */
  dueAt: z.int().nonnegative().nullable().default(null),
});
export type Card = z.infer<typeof Card>;

/** A card of which nothing is known but its community's id, until the community opens. */
export const blankCard = (id: string): Card => ({
  name: id.slice(-8),
  handle: null,
  role: null,
  unread: 0,
  duties: 0,
  joinedAt: 0,
  usedAt: 0,
  archived: false,
  left: false,
  person: 0,
  validates: false,
  dueAt: null,
});

/** Reads a card; null if it is missing or cannot be read: the next opening writes it again. */
export async function readCard(path: string): Promise<Card | null> {
  try {
    return Card.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

export const writeCard = (path: string, card: Card): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(card)}\n`);
