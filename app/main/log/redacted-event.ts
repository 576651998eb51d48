import { encodeCanonical, decodeCanonical } from '../kernel/canonical.ts';
import { encodeEvent, openEvent, type LogEvent } from './event.ts';
import type { Kind } from './kinds.ts';

/**
 * A redacted event is an event without the text in its body. It keeps the id of the original event, which is
 * no longer the hash of its bytes.
 */
export function redactedOf(event: LogEvent, kind: Kind): Uint8Array {
  if (!kind.redacted) throw new Error(`events of kind ${kind.name} cannot be redacted`);
  return encodeEvent({ ...event, body: kind.redacted(event.body) });
}

/** Decodes a redacted event. Throws the Problems of `openEvent`. */
export function openRedacted(id: Uint8Array, bytes: Uint8Array): LogEvent {
  return { ...openEvent({ bytes, signature: null }), id };
}

/** Decodes a redacted event, or null if the bytes are not one. */
export function redactedOrNull(id: Uint8Array, bytes: Uint8Array): LogEvent | null {
  try {
    return openRedacted(id, bytes);
  } catch {
    return null;
  }
}

/** Whether redacting the event again gives the same bytes. */
export function isStripped(redacted: LogEvent, kind: Kind): boolean {
  if (!kind.redacted) return false;
  const { b: body } = decodeCanonical(redacted.bytes) as { b: unknown };
  return Buffer.compare(encodeCanonical(kind.redacted(body)), encodeCanonical(body)) === 0;
}
