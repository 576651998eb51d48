import * as z from 'zod';
import { sealedForm } from '../kernel/sealed.ts';
import { MAX_PARTICIPANTS } from './access.ts';
import { problem } from './problems.ts';
import { MAX_SUCCESSORS } from './succession.ts';

/** The most rooms of a beacon, and its size in bytes. */
export const MAX_ROOMS = 16;
const MAX_BYTES = MAX_ROOMS * (MAX_PARTICIPANTS + MAX_SUCCESSORS + 2) * 34 + 1024;

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const Beacon = z.strictObject({
  v: z.literal(1),
  community: sized(32),
  author: sized(32),
  at: z.int().nonnegative(),
  rooms: z
    .array(
      z.strictObject({
        room: sized(32),
        people: z.array(sized(32)).max(MAX_PARTICIPANTS),
        successors: z.array(sized(32)).max(MAX_SUCCESSORS),
      }),
    )
    .max(MAX_ROOMS),
});
/** [CA17] Who is in the calls of a host. */
export type Beacon = z.infer<typeof Beacon>;

const form = sealedForm<Beacon>({
  prefix: 'impulse/calls/1',
  version: 1,
  shape: Beacon,
  maxBytes: MAX_BYTES,
  refusal: () => problem('bad-message'),
});
/** Signs a beacon. */
export const sealBeacon = form.seal;
/** Parses a beacon from outside; the signature is not checked yet. Throws a Problem `bad-message` or `non-canonical`. */
export const openBeacon = form.open;
