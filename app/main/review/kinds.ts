import * as z from 'zod';
import { ROLES } from '../kernel/roles.ts';
import type { Kind } from '../log/kinds.ts';

/** [R12] The most events of one purge; further edits take further purges. */
export const MAX_REDACTED = 100;
/** The largest redacted event, in bytes. */
const MAX_HUSK_BYTES = 2048;

const Id: z.ZodType<Uint8Array> = z.instanceof(Uint8Array).refine((bytes) => bytes.length === 32);
const RedactedEvent: z.ZodType<Uint8Array> = z
  .instanceof(Uint8Array)
  .refine((bytes) => bytes.length <= MAX_HUSK_BYTES);
const Note = z.string().max(400);

export const RULINGS = ['publish', 'quarantine', 'remove'] as const;
export type Ruling = (typeof RULINGS)[number];
const LABELS = ['spam', 'toxic', 'severe', 'obscene', 'threat', 'insult', 'identity', 'nsfw'] as const;

export const Claim = z.strictObject({ item: Id });
export const Rule = z.strictObject({
  item: Id,
  ruling: z.enum(RULINGS),
  labels: z.array(z.enum(LABELS)).max(LABELS.length),
  note: Note,
});
export const Undo = z.strictObject({ item: Id, act: Id });
export const Escalate = z.strictObject({ item: Id, to: z.enum(ROLES), note: Note });
export const Appeal = z.strictObject({ item: Id, text: z.string().min(1).max(2000) });
export const Report = z.strictObject({ item: Id, note: z.string().min(1).max(400) });
export const Purge = z.strictObject({
  item: Id,
  reason: z.string().min(1).max(400),
  husks: z
    .array(z.tuple([Id, RedactedEvent]))
    .min(1)
    .max(MAX_REDACTED),
});
export const Purged = z.strictObject({ item: Id, purge: Id, answer: z.enum(['gone', 'refused']) });

export type Purge = z.infer<typeof Purge>;
export type Purged = z.infer<typeof Purged>;

const content = { stratum: 'content' } as const;

/** [R1] The event kinds of acts on messages. */
export const reviewKinds = {
  claim: { name: 'review.claim', ...content, body: Claim, leastRole: 'moderator' },
  release: { name: 'review.release', ...content, body: Claim, leastRole: 'moderator' },
  rule: { name: 'review.rule', ...content, body: Rule, leastRole: 'moderator' },
  undo: { name: 'review.undo', ...content, body: Undo, leastRole: 'member' },
  escalate: { name: 'review.escalate', ...content, body: Escalate, leastRole: 'moderator' },
  appeal: { name: 'review.appeal', ...content, body: Appeal, leastRole: 'member' },
  report: { name: 'review.report', ...content, body: Report, leastRole: 'member' },
  purge: { name: 'review.purge', ...content, body: Purge, leastRole: 'co-sysop' },
  purged: { name: 'review.purged', ...content, body: Purged, leastRole: 'member' },
} as const satisfies Record<string, Kind>;

/** The acts by name, in the order of their numbers in tables. */
export const ACTS = [
  'claim',
  'release',
  'rule',
  'undo',
  'escalate',
  'appeal',
  'report',
  'purge',
  'purged',
] as const;
export type ActName = (typeof ACTS)[number];

/** The act of an event kind. */
export const actOf = (kind: string): ActName => kind.slice('review.'.length) as ActName;
