import * as z from 'zod';
import { sealedForm } from '../kernel/sealed.ts';
import { problem } from './problems.ts';

/** The largest beacon, in bytes. */
export const MAX_BEACON_BYTES = 1024;
export const MAX_NODE_NAME = 60;
export const MAX_DOING = 80;

const sized = (length: number) =>
  z.custom<Uint8Array>((it) => it instanceof Uint8Array && it.length === length);
const ms = z.int().nonnegative();

const Beacon = z.strictObject({
  v: z.literal(1),
  community: sized(32),
  author: sized(32),
  node: z.string().max(MAX_NODE_NAME),
  doing: z.string().max(MAX_DOING),
  idleMs: ms,
  /** When this visit began, in milliseconds since the epoch by the author's clock, like `at`. */
  since: ms,
  at: ms,
  leaving: z.boolean(),
});
export type Beacon = z.infer<typeof Beacon>;

const form = sealedForm<Beacon>({
  prefix: 'impulse/presence/1',
  version: 1,
  shape: Beacon,
  maxBytes: MAX_BEACON_BYTES,
  refusal: () => problem('malformed'),
});
/** Signs a beacon. */
export const sealBeacon = form.seal;
/** Parses a beacon from outside; the signature is not checked yet. Throws a Problem `malformed` or `non-canonical`. */
export const openBeacon = form.open;
