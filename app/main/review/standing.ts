import { compareBytes, equalBytes, toHex } from '../kernel/bytes.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import type { ActName, Ruling } from './kinds.ts';

/** [R5] How long a claim lasts, in milliseconds. */
export const CLAIM_MS = 15 * 60_000;

/** An act on an item, with the fields that the fold needs. */
export interface Act {
  readonly id: Uint8Array;
  /** Public key. */
  readonly author: Uint8Array;
  /** Ticks. */
  readonly time: number;
  readonly act: ActName;
  /** Only for a `rule`. */
  readonly ruling: Ruling | null;
  /** The act that an `undo` takes back. */
  readonly target: Uint8Array | null;
}

/** The setting of this node's person for one item [R7]. */
export interface Override {
  readonly show: 'show' | 'hide';
  /** Ticks. */
  readonly time: number;
}

/** Whose acts count, and who wrote the item: null while it is not here. */
export interface Viewpoint {
  follows(author: Uint8Array): boolean;
  readonly author: Uint8Array | null;
  readonly override: Override | null;
  /** Whether its text is gone here: then a purge counts no matter who requested it. */
  readonly purged: boolean;
}

/** The result of the acts on one item. */
export interface ItemReview {
  /** [R3] The ruling in effect by people; a purge rules `remove`. */
  readonly ruling: {
    readonly ruling: Ruling;
    readonly by: Uint8Array;
    readonly time: number;
    readonly id: Uint8Array;
  } | null;
  readonly override: Override | null;
  /** Whether nothing is left here that a ruling could show. */
  readonly purged: boolean;
  /** [R5] The latest claim that has not ended early; it expires at `untilMs`. */
  readonly claim: { readonly by: Uint8Array; readonly untilMs: number } | null;
  readonly escalated: Act | null;
  /** The latest appeal by the item's author. */
  readonly appeal: Act | null;
  readonly reports: readonly Act[];
  /** [R6] When it was first raised after the last decision, in ticks; null while it is not raised. */
  readonly raisedAt: number | null;
  /** Ids of acts that were taken back, in hexadecimal. */
  readonly undone: ReadonlySet<string>;
}

const CAN_BE_UNDONE: ReadonlySet<ActName> = new Set(['claim', 'rule', 'escalate', 'appeal', 'report']);

/** [R2] Folds the acts on one item, given in any order. */
export function itemReviewOf(
  acts: readonly Act[],
  { follows, author, override, purged }: Viewpoint,
): ItemReview {
  const ordered = acts.toSorted((a, b) => a.time - b.time || compareBytes(a.id, b.id));
  const undone = undoneOf(ordered);
  const valid = ordered.filter(({ id }) => !undone.has(toHex(id)));

  const purge = valid.findLast(({ act, author: by }) => act === 'purge' && (purged || follows(by)));
  const rule = valid.findLast(({ act, author: by }) => act === 'rule' && follows(by));
  const decided = purge ?? rule ?? null;
  const ruling = decided && {
    ruling: purge ? ('remove' as const) : rule!.ruling!,
    by: decided.author,
    time: decided.time,
    id: decided.id,
  };

  const since = Math.max(ruling?.time ?? -1, override?.time ?? -1);
  const reports = latestByAuthor(valid.filter(({ act }) => act === 'report'));
  const appeals = valid.filter(
    ({ act, author: by }) => act === 'appeal' && author !== null && equalBytes(by, author),
  );
  const escalations = valid.filter(({ act }) => act === 'escalate');
  const raising = purge ? [] : [...reports, ...appeals, ...escalations].filter(({ time }) => time > since);
  return {
    ruling,
    override,
    purged,
    claim: claimOf(valid),
    escalated: escalations.findLast(({ time }) => time > since) ?? null,
    appeal: appeals.at(-1) ?? null,
    reports,
    raisedAt: raising.length === 0 ? null : Math.min(...raising.map(({ time }) => time)),
    undone,
  };
}

/** The latest of each author: repeating it adds nothing. */
function latestByAuthor(acts: readonly Act[]): Act[] {
  return [...new Map(acts.map((act) => [toHex(act.author), act])).values()];
}

/** [R4] Only the author of an act takes it back. */
function undoneOf(acts: readonly Act[]): Set<string> {
  const byId = new Map(acts.map((act) => [toHex(act.id), act]));
  const undone = new Set<string>();
  for (const { act, target, author } of acts) {
    if (act !== 'undo' || !target) continue;
    const taken = byId.get(toHex(target));
    if (taken && CAN_BE_UNDONE.has(taken.act) && equalBytes(taken.author, author)) undone.add(toHex(target));
  }
  return undone;
}

/** [R5] Applies the acts in order and returns who holds the claim after the last. */
function claimOf(acts: readonly Act[]): ItemReview['claim'] {
  let claim: { by: Uint8Array; untilMs: number } | null = null;
  for (const { act, author, time } of acts) {
    const mine: boolean = claim === null || claim.untilMs <= msOf(time) || equalBytes(claim.by, author);
    if (act === 'claim' && mine) claim = { by: author, untilMs: msOf(time) + CLAIM_MS };
    else if ((act === 'release' || act === 'rule') && claim && equalBytes(claim.by, author)) claim = null;
  }
  return claim;
}

/** [R7] The ruling that holds here, in the form that decides visibility. */
export function inEffect({ ruling, override, purged }: Pick<ItemReview, 'ruling' | 'override' | 'purged'>): {
  ruling: Ruling;
  time: number;
} | null {
  if (purged) return { ruling: 'remove', time: ruling?.time ?? 0 };
  if (override) return { ruling: override.show === 'show' ? 'publish' : 'quarantine', time: override.time };
  return ruling && { ruling: ruling.ruling, time: ruling.time };
}
