import * as z from 'zod';
import { CallEvent, CallReply, CallRequest, Cid } from '../../contract/index.ts';
import { utf8 } from '../kernel/bytes.ts';
import { problem } from './problems.ts';

/** [CA3] */
export const CALL_PROTOCOL = '/impulse/call/1';
/** The largest message, in bytes, and how deep it may be nested. */
export const MAX_CALL_BYTES = 64 * 1024;
const MAX_DEPTH = 16;
/** How often each side sends something, and how long a silence breaks the channel, in milliseconds. */
export const PING_MS = 5000;
export const SILENCE_MS = 15_000;

const Nth = z.int().nonnegative();
/** A failure as the host tells it; its text is shown, so it is short. */
const Told = z.object({
  code: z.string().max(60),
  message: z.string().max(300),
  remedy: z.string().max(300).nullable(),
});

const FromGuest = z.discriminatedUnion('t', [
  z.object({ t: z.literal('enter'), room: Cid, canHost: z.boolean() }),
  z.object({ t: z.literal('ask'), n: Nth, request: CallRequest }),
  z.object({ t: z.literal('ping') }),
]);
export type FromGuest = z.infer<typeof FromGuest>;

const FromHost = z.discriminatedUnion('t', [
  z.object({ t: z.literal('event'), event: CallEvent }),
  z.object({ t: z.literal('reply'), n: Nth, reply: CallReply }),
  z.object({ t: z.literal('refused'), n: Nth.nullable(), problem: Told }),
  z.object({ t: z.literal('ping') }),
]);
export type FromHost = z.infer<typeof FromHost>;

export const encode = (message: FromGuest | FromHost): Uint8Array => utf8(JSON.stringify(message));

/** Throws a Problem `bad-message`. */
export const decodeFromGuest = (bytes: Uint8Array): FromGuest => decode(FromGuest, bytes);
/** Throws a Problem `bad-message`. */
export const decodeFromHost = (bytes: Uint8Array): FromHost => decode(FromHost, bytes);

function decode<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): z.infer<Shape> {
  if (bytes.length > MAX_CALL_BYTES || depthOf(bytes) > MAX_DEPTH) throw problem('bad-message');
  try {
    const parsed = shape.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (parsed.success) return parsed.data;
  } catch {
    // Neither UTF-8 nor JSON.
  }
  throw problem('bad-message');
}

/** How deep brackets are nested, those in strings included: never less than the JSON is. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}
