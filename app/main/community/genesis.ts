import * as z from 'zod';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import { sha256 } from '../kernel/sha256.ts';
import { isHandle, KNOWN_VERSION, LedgerGenesis } from '../ledger/index.ts';
import { problem } from './problems.ts';

const key: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);

const GenesisFields = z.strictObject({
  v: z.literal(1),
  name: z.string().min(2).max(60),
  description: z.string().max(400),
  founder: key,
  handle: z.string().min(1).max(64),
  createdAt: z.int().nonnegative(),
  nonce: z.instanceof(Uint8Array).refine((bytes) => bytes.length === 16),
  ledger: LedgerGenesis,
});

/** Documents of version 1 of the ledger's protocol hold any text as a handle. */
const GenesisDocument = GenesisFields.refine(({ handle, ledger: { protocol } }) =>
  protocol === undefined ? handle.length <= 32 : isHandle(handle, protocol),
);

/** [LG5] The part of a document by which a release knows that it is too old to read it. */
const Newer = z.looseObject({ ledger: z.looseObject({ protocol: z.int().min(KNOWN_VERSION + 1) }) });

/** The document that a community begins with. Its hash is the community's id [C1]. */
export interface Genesis {
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly description: string;
  readonly founder: Uint8Array;
  readonly handle: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly ledger: LedgerGenesis;
}

export function makeGenesis(fields: Omit<Genesis, 'id' | 'bytes'> & { nonce: Uint8Array }): Genesis {
  return openGenesis(encodeCanonical({ v: 1, ...fields }));
}

/** Reads a genesis document. Throws a Problem `malformed`, `non-canonical`, `bad-genesis` or `ledger-outdated`. */
export function openGenesis(bytes: Uint8Array): Genesis {
  const document = decodeCanonical(bytes);
  if (Newer.safeParse(document).success) throw problem('ledger-outdated');
  const parsed = GenesisDocument.safeParse(document);
  if (!parsed.success) throw problem('bad-genesis');
  const { name, description, founder, handle, createdAt, ledger } = parsed.data;
  return { id: sha256(bytes), bytes, name, description, founder, handle, createdAt, ledger };
}
