import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, empty, Progress, Role, Timestamp } from './common.ts';

/** `publish` shows it, `queue` waits for a person, `quarantine` hides it until a person says otherwise. */
export const Decision = z.enum(['publish', 'queue', 'quarantine']);
export type Decision = z.infer<typeof Decision>;

/** What a message may be accused of. `obscene` and `insult` are labels only. */
export const ModerationLabel = z.enum([
  'spam',
  'toxic',
  'severe',
  'obscene',
  'threat',
  'insult',
  'identity',
  'nsfw',
]);
export type ModerationLabel = z.infer<typeof ModerationLabel>;

const Probability = z.number().min(0).max(1);

/** Why something was not simply published: a label, a rule's name, or a circumstance such as `late`. */
export const ModerationReason = z.object({ code: z.string(), detail: z.string() });

/** What models and rules said about one message. */
export const Verdict = z.object({
  decision: Decision,
  confidence: Probability,
  /** Probabilities by label; null where nothing could be judged. */
  scores: z.record(ModerationLabel, Probability).nullable(),
  labels: z.array(ModerationLabel),
  reasons: z.array(ModerationReason),
  /** [start, end) offsets into the text in UTF-16 units, of what speaks most against it. */
  spans: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** ISO 639-1; null for texts too short to tell. */
  language: z.string().nullable(),
  stage: z.enum(['first', 'second', 'image', 'rules', 'none']),
});
export type Verdict = z.infer<typeof Verdict>;

/** Whether a message is shown here: `waiting` for its judgement, held for a person, or removed by one. */
export const Held = z.enum(['waiting', 'queued', 'quarantined', 'removed']);
export type Held = z.infer<typeof Held>;

/** Why a message is not shown to everybody here; null where it is. */
export const Hold = z.object({
  state: Held,
  reasons: z.array(ModerationReason),
  /** Whether its author asked for another look. */
  appealed: z.boolean(),
});
export type Hold = z.infer<typeof Hold>;

export const ModelState = z.object({
  name: z.string(),
  /** What it judges, in a few words. */
  task: z.string(),
  state: z.enum(['ready', 'missing', 'broken', 'off']),
  /** What is wrong and what to do; null while it is ready. */
  trouble: z.string().nullable(),
  version: z.string().nullable(),
  sizeBytes: z.number().int().nonnegative(),
  licence: z.string(),
});
export type ModelState = z.infer<typeof ModelState>;

export const ModerationStatus = z.object({
  /** What judges at the moment; `off` publishes what rules do not hold. */
  mode: z.enum(['models', 'first-stage', 'rules', 'off']),
  models: z.array(ModelState),
  /** Messages that are not shown yet because nobody judged them. */
  backlog: Progress.extend({ waiting: z.number().int().nonnegative() }),
  perSecond: z.number().nonnegative(),
  /** Of the last thousand messages; null before the first. */
  latency: z.object({ p50Ms: z.number(), p99Ms: z.number() }).nullable(),
});
export type ModerationStatus = z.infer<typeof ModerationStatus>;

/** From which probability on a label asks for a person, and from which it hides at once. */
export const Bound = z
  .object({ queue: Probability, quarantine: Probability })
  .refine(({ queue, quarantine }) => queue <= quarantine, 'What hides must lie at or above what queues.');

/** Labels that are not named decide nothing. */
export const Bounds = z.partialRecord(
  z.enum(['spam', 'toxic', 'severe', 'threat', 'identity', 'nsfw']),
  Bound,
);
export type Bounds = z.infer<typeof Bounds>;

/** Where bounds and calibration hold: one board, or null for wherever a board has none of its own. */
const Scope = z.object({ board: Cid.nullable().default(null) });

export const ScopeBounds = z.object({
  board: Cid.nullable(),
  boardName: z.string().nullable(),
  bounds: Bounds,
  /** Whether these are its own, or those of the community. */
  own: z.boolean(),
  calibration: z.object({
    /** Decisions by people that it rests on. */
    samples: z.number().int().nonnegative(),
    /** Fewer than this are not enough to learn from. */
    needed: z.number().int().positive(),
    /** Since when it is in effect; null while it is not. */
    since: Timestamp.nullable(),
  }),
});
export type ScopeBounds = z.infer<typeof ScopeBounds>;

const PerDay = z.object({ expected: z.number(), low: z.number(), high: z.number() });

/** What a change would have done to messages that were judged and, some of them, reviewed already. */
export const Replay = z.object({
  /** Names this replay; a change takes effect only with the replay that showed it. */
  id: z.string().max(64),
  board: Cid.nullable(),
  judged: z.number().int().nonnegative(),
  reviewed: z.number().int().nonnegative(),
  days: z.number().nonnegative(),
  /** How many messages would have gone from one decision to another. */
  changed: z.array(z.object({ from: Decision, to: Decision, count: z.number().int().positive() })),
  /** Innocent messages held back a day, with a 95 % interval: as it is, and as it would be. */
  falsePositives: z.object({ now: PerDay, after: PerDay }),
  /** Of what people removed, the share that would have been held back. */
  caught: z.object({ now: Probability.nullable(), after: Probability.nullable() }),
  examples: z
    .array(
      z.object({ id: Cid, excerpt: z.string(), from: Decision, to: Decision, person: z.string().nullable() }),
    )
    .max(20),
});
export type Replay = z.infer<typeof Replay>;

const Count = z.number().int().min(0).max(1_000_000);

/** How much somebody may write before a person looks, and who is looked at less closely. */
export const ModerationRules = z.object({
  perMinute: Count,
  perMinuteNew: Count,
  sameText: Count,
  links: Count,
  linksNew: Count,
  /** How long a member is new, in days, and until how many messages. */
  newForDays: Count,
  newUntilMessages: Count,
  flood: Count,
  /** From this role on somebody's messages are queued at most, and later. */
  trustedRole: Role,
  /** So are those of members this old with that many messages that nobody removed. */
  trustedAfterDays: Count,
  trustedAfterMessages: Count,
  /** Messages wait at most so long for their judgement before a person must look. */
  deadlineMs: z.number().int().min(100).max(60_000),
});
export type ModerationRules = z.infer<typeof ModerationRules>;

export const ModerationList = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['words', 'domains']),
  entries: z.number().int().nonnegative(),
  decision: Decision.exclude(['publish']),
  addedAt: Timestamp,
  on: z.boolean(),
});
export type ModerationList = z.infer<typeof ModerationList>;

export const ModerationHour = z.object({
  at: Timestamp,
  publish: z.number().int().nonnegative(),
  queue: z.number().int().nonnegative(),
  quarantine: z.number().int().nonnegative(),
  /** Milliseconds; null in an hour without messages. */
  latencyP50: z.number().nullable(),
  latencyP99: z.number().nullable(),
});

/** An estimate from a sample, with its 95 % interval; null without a sample. */
export const Estimate = z
  .object({ value: Probability, low: Probability, high: Probability, of: z.number().int().positive() })
  .nullable();

export const ModerationDashboard = z.object({
  hours: z.array(ModerationHour),
  queue: z.object({
    open: z.number().int().nonnegative(),
    oldestAt: Timestamp.nullable(),
    /** Open items by age: under an hour, a day, a week, and older. */
    ages: z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()]),
  }),
  /** Of what models held back and people looked at, the share that people held back too, by label. */
  precision: z.array(z.object({ label: ModerationLabel, estimate: Estimate })),
  falsePositiveRate: Estimate,
  /** How far the scores of the last day lie from those of the weeks before: population stability index. */
  drift: z.array(z.object({ label: ModerationLabel, index: z.number().nonnegative().nullable() })),
});
export type ModerationDashboard = z.infer<typeof ModerationDashboard>;

export const moderationContract = {
  status: base.input(empty).output(ModerationStatus),
  watchStatus: base.input(empty).output(eventIterator(ModerationStatus)),
  /** Turns the models on or off; rules and people go on. */
  setModels: base.input(z.object({ on: z.boolean() })).output(empty),
  /** Judges a text as a message by a full member would be, without keeping it. */
  judge: base
    .input(z.object({ text: z.string().min(1).max(64_000) }).extend(Scope.shape))
    .output(Verdict.extend({ latencyMs: z.number() })),
  bounds: base.input(empty).output(z.array(ScopeBounds)),
  /** Shows what other bounds would have done; null takes a board's own bounds away. */
  tryBounds: base.input(Scope.extend({ bounds: Bounds.nullable() })).output(Replay),
  /** Shows what calibrating by the decisions of people would have done; asks for consent first. */
  tryCalibration: base.input(Scope).output(Replay),
  /** Shows what going back to the shipped calibration would have done. */
  tryWithoutCalibration: base.input(Scope).output(Replay),
  /** Puts into effect what a replay showed. */
  apply: base.input(z.object({ replay: z.string().max(64) })).output(ScopeBounds),
  /** Whether this node may learn from decisions by its people. Taking it back forgets what was learnt. */
  consent: base.input(empty).output(z.object({ given: z.boolean() })),
  setConsent: base.input(z.object({ given: z.boolean() })).output(empty),
  rules: base.input(empty).output(ModerationRules),
  setRules: base.input(ModerationRules.partial()).output(ModerationRules),
  lists: base.input(empty).output(z.array(ModerationList)),
  /** Takes in a list of words or domains: plain, hosts file or ad blockers' form. */
  importList: base
    .input(
      z.object({
        name: z.string().trim().min(1).max(60),
        text: z.string().max(8_000_000),
        decision: Decision.exclude(['publish']).default('queue'),
      }),
    )
    .output(z.object({ lists: z.array(ModerationList), skipped: z.number().int() })),
  setList: base
    .input(
      z.object({
        id: z.string(),
        on: z.boolean().optional(),
        decision: Decision.exclude(['publish']).optional(),
      }),
    )
    .output(empty),
  removeList: base.input(z.object({ id: z.string() })).output(empty),
  dashboard: base
    .input(z.object({ hours: z.number().int().min(1).max(720).default(48) }))
    .output(ModerationDashboard),
};
