import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Verifier } from '../kernel/signer.ts';
import { signingPayload, type LogEvent } from './event.ts';

export interface Proving {
  readonly verifier: Verifier;
  /** Whether an authentic event that is stored names it as a parent. */
  isAwaited(event: LogEvent): boolean;
  /** Whether its signature is checked even if another event names it. */
  always(event: LogEvent): boolean;
}

/**
 * [L3] Checks one signature per head. Ancestors follow by hash if the batch is ordered newest first. The
 * result is true, false, or undefined if no signature was given or needed.
 */
export async function proveHeads(
  events: readonly LogEvent[],
  { verifier, isAwaited, always }: Proving,
): Promise<Map<LogEvent, boolean>> {
  const awaited = new Set<string>();
  const checks: LogEvent[] = [];
  let author = '';
  let before: LogEvent | null = null;
  for (const event of events) {
    // History often holds long runs of one author.
    if (!before || !equalBytes(before.author, event.author)) author = toHex(event.author);
    before = event;
    const byAncestry = awaited.has(toHex(event.id) + author) || isAwaited(event);
    if ((always(event) || !byAncestry) && event.signature) checks.push(event);
    for (const parent of event.parents) awaited.add(toHex(parent) + author);
  }
  const results = await verifier.verify(
    checks.map((event) => ({
      publicKey: event.author,
      message: signingPayload(event.bytes),
      signature: event.signature!,
    })),
  );
  return new Map(checks.map((event, index) => [event, results[index]!]));
}
