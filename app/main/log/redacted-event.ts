import { encodeCanonical, decodeCanonical } from '../kernel/canonical.ts';
import { encodeEvent, openEvent, type LogEvent } from './event.ts';
import type { Kind } from './kinds.ts';

/**
 * A husk is an event with the words of its body taken out. It keeps the id of the event that it was, which
 * is no longer the hash of its bytes.
 */
export function redactedOf(event: LogEvent, kind: Kind): Uint8Array {
  if (!kind.redacted) throw new Error(`events of kind ${kind.name} have no husk`);
  return encodeEvent({ ...event, body: kind.redacted(event.body) });
}

/** Decodes a husk. Throws a Problem as `openEvent` does. */
export function openRedacted(id: Uint8Array, bytes: Uint8Array): LogEvent {
  return { ...openEvent({ bytes, signature: null }), id };
}

/** Decodes a husk, or null where the bytes are none. */
export function redactedOrNull(id: Uint8Array, bytes: Uint8Array): LogEvent | null {
  try {
    return openRedacted(id, bytes);
  } catch {
    return null;
  }
}

/** The same husk once more: whether bytes are what stripping them again would give. */
export function isStripped(redacted: LogEvent, kind: Kind): boolean {
  if (!kind.redacted) return false;
  const { b: body } = decodeCanonical(redacted.bytes) as { b: unknown };
  return Buffer.compare(encodeCanonical(kind.redacted(body)), encodeCanonical(body)) === 0;
}
