import { equalBytes } from '../kernel/bytes.ts';
import type { Problem } from '../kernel/errors.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { reaches } from '../kernel/roles.ts';
import type { LogEvent } from './event.ts';
import type { Authority, Kind } from './kinds.ts';
import { inadmissible, problem } from './problems.ts';

/** [L7] How far ahead of this node's clock an event may be before it is deferred, in milliseconds. */
export const MAX_AHEAD_MS = 60_000;

/** Why an event was not stored. Rejects cost the sender score; the others do not. `hold` defers an early event. */
export interface Refusal {
  readonly verdict: 'ignore' | 'reject' | 'hold';
  readonly code: RefusalCode;
}

export type RefusalCode =
  | 'event-too-large'
  | 'malformed'
  | 'non-canonical'
  | 'bad-event'
  | 'bad-parents'
  | 'wrong-community'
  | 'before-genesis'
  | 'far-future'
  | 'unknown-kind'
  | 'bad-body'
  | 'duplicate'
  | 'unknown-author'
  | 'out-of-role'
  | 'unproven'
  | 'too-many'
  | 'bad-signature';

export interface AdmissionContext {
  readonly community: Uint8Array;
  /** Ticks of the genesis document. */
  readonly genesisTime: number;
  readonly nowMs: number;
  /** [L15] The kind of a name, known to this node or not; null for a name that no kind has. */
  readonly kindOf: (name: string) => Kind | null;
  readonly authority: Authority;
}

const ignore = (code: RefusalCode): Refusal => ({ verdict: 'ignore', code });
const reject = (code: RefusalCode): Refusal => ({ verdict: 'reject', code });

/**
 * Checks everything about a decoded event that needs neither storage nor its signature. Null if nothing
 * speaks against it.
 */
export function judge(event: LogEvent, context: AdmissionContext): Refusal | null {
  // [L5] An event belongs to one community.
  if (!equalBytes(event.community, context.community)) return reject('wrong-community');
  // [L6] No event is older than the genesis document.
  if (event.time < context.genesisTime) return reject('before-genesis');
  // [L7] An early event is deferred, not stored, until its time comes.
  if (event.time > ticksOf(context.nowMs + MAX_AHEAD_MS)) return { verdict: 'hold', code: 'far-future' };
  // [L8] The peer that passed it on need not know its kind, so it costs nobody score.
  const kind = context.kindOf(event.kind);
  if (!kind) return ignore('unknown-kind');
  return judgeAsKind(event, kind, context.authority);
}

/** Whether an event is a valid one of its kind, by an author who had the right to write it. */
export function judgeAsKind(
  event: { author: Uint8Array; time: number; body: unknown },
  kind: Kind,
  authority: Authority,
): Refusal | null {
  if (!kind.body.safeParse(event.body).success) return ignore('bad-body');
  return judgeRole(event, kind, authority);
}

/** [L10] The author's role at the event's time, as far as this node knows. */
export function judgeRole(
  event: { author: Uint8Array; time: number },
  kind: Kind,
  authority: Authority,
): Refusal | null {
  if (reaches(authority.roleAt(event.author, event.time), kind.leastRole)) return null;
  return ignore(authority.knows(event.author) ? 'out-of-role' : 'unknown-author');
}

/** The refusal of an event that this node's own person is writing, as a Problem. */
export function refusalProblem(refusal: Refusal, kind: string): Problem {
  switch (refusal.code) {
    case 'unknown-author':
      return problem('not-a-member');
    case 'out-of-role':
      return problem('out-of-role');
    default:
      return inadmissible(refusal.code, kind);
  }
}
