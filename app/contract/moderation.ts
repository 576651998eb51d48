import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, empty, Progress, Role, Timestamp } from './common.ts';

/**
 * `publish` shows it, `queue` waits for a moderator, `quarantine` hides it until a moderator decides
 * otherwise.
 */
export const Decision = z.enum(['publish', 'queue', 'quarantine']);
export type Decision = z.infer<typeof Decision>;

/** The labels that the models assign. `obscene` and `insult` never decide anything. */
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

/** Why something was not published at once: a label, the name of a rule, or a circumstance such as `late`. */
export const ModerationReason = z.object({ code: z.string(), detail: z.string() });

/** The result of the models and rules for one message. */
export const Verdict = z.object({
  decision: Decision,
  confidence: Probability,
  /** Probabilities by label; null if no model could classify the message. */
  scores: z.record(ModerationLabel, Probability).nullable(),
  labels: z.array(ModerationLabel),
  reasons: z.array(ModerationReason),
  /** [start, end) offsets into the text, in UTF-16 units, of the words that count most against it. */
  spans: z.array(z.tuple([z.number().int(), z.number().int()])),
  /** ISO 639-1; null if the text is too short to tell. */
  language: z.string().nullable(),
  stage: z.enum(['first', 'second', 'image', 'rules', 'none']),
});
export type Verdict = z.infer<typeof Verdict>;

/** Why a message is not shown here: `waiting` for the models, held for a moderator, or removed by one. */
export const Held = z.enum(['waiting', 'queued', 'quarantined', 'removed']);
export type Held = z.infer<typeof Held>;

/** Why a message is not visible to everyone here; null if it is. */
export const Hold = z.object({
  state: Held,
  reasons: z.array(ModerationReason),
  /** Whether the author asked for another look. */
  appealed: z.boolean(),
});
export type Hold = z.infer<typeof Hold>;

export const ModelState = z.object({
  name: z.string(),
  /** The model’s task, in a few words. */
  task: z.string(),
  state: z.enum(['ready', 'missing', 'broken', 'off']),
  /** The fault and its remedy; null while the model is ready. */
  fault: z.string().nullable(),
  sizeBytes: z.number().int().nonnegative(),
  licence: z.string(),
});
export type ModelState = z.infer<typeof ModelState>;

export const ModerationStatus = z.object({
  /** The classifier in use; `off` publishes everything that the rules do not hold. */
  mode: z.enum(['models', 'first-stage', 'rules', 'off']),
  models: z.array(ModelState),
  /** Messages not shown yet because they have not been classified. */
  backlog: Progress.extend({ waiting: z.number().int().nonnegative() }),
  perSecond: z.number().nonnegative(),
  /** Of the last thousand messages; null before the first. */
  latency: z.object({ p50Ms: z.number(), p99Ms: z.number() }).nullable(),
});
export type ModerationStatus = z.infer<typeof ModerationStatus>;

/** Thresholds of a label: the probability that asks a moderator, and the one that hides at once. */
export const Bound = z
  .object({ queue: Probability, quarantine: Probability })
  .refine(
    ({ queue, quarantine }) => queue <= quarantine,
    'The bound that hides must not be below the bound that queues.',
  );

/** Labels that are not listed decide nothing. */
export const Bounds = z.partialRecord(
  z.enum(['spam', 'toxic', 'severe', 'threat', 'identity', 'nsfw']),
  Bound,
);
export type Bounds = z.infer<typeof Bounds>;

/** Scope of bounds and calibration: one board, or null for every board without its own. */
const Scope = z.object({ board: Cid.nullable().default(null) });

export const ScopeBounds = z.object({
  board: Cid.nullable(),
  boardName: z.string().nullable(),
  bounds: Bounds,
  /** Whether the board has its own bounds; otherwise those of the community apply. */
  own: z.boolean(),
  calibration: z.object({
    /** Number of moderators’ decisions that the calibration is based on. */
    samples: z.number().int().nonnegative(),
    /** The minimum number of decisions for a calibration. */
    needed: z.number().int().positive(),
    /** When it took effect; null while it is not in effect. */
    since: Timestamp.nullable(),
  }),
});
export type ScopeBounds = z.infer<typeof ScopeBounds>;

const PerDay = z.object({ expected: z.number(), low: z.number(), high: z.number() });

/** The effect that a change would have had on classified messages, some of them reviewed. */
export const Replay = z.object({
  /** Id of this replay; a change takes effect only with the replay that showed it. */
  id: z.string().max(64),
  board: Cid.nullable(),
  judged: z.number().int().nonnegative(),
  reviewed: z.number().int().nonnegative(),
  days: z.number().nonnegative(),
  /** How many messages would have moved from one decision to another. */
  changed: z.array(z.object({ from: Decision, to: Decision, count: z.number().int().positive() })),
  /** Harmless messages held back per day, with a 95% interval: now and after the change. */
  falsePositives: z.object({ now: PerDay, after: PerDay }),
  /** Share of the messages removed by people that would have been held back. */
  caught: z.object({ now: Probability.nullable(), after: Probability.nullable() }),
  examples: z
    .array(
      z.object({ id: Cid, excerpt: z.string(), from: Decision, to: Decision, person: z.string().nullable() }),
    )
    .max(20),
});
export type Replay = z.infer<typeof Replay>;

const Count = z.number().int().min(0).max(1_000_000);

/** Rate limits before a moderator is asked, and who is checked less strictly. */
export const ModerationRules = z.object({
  perMinute: Count,
  perMinuteNew: Count,
  sameText: Count,
  links: Count,
  linksNew: Count,
  /** How long a member counts as new, in days, and until how many messages. */
  newForDays: Count,
  newUntilMessages: Count,
  flood: Count,
  /** Messages from this role upwards are queued at most, and at higher thresholds. */
  trustedRole: Role,
  /** The same holds for members of this age with this many messages that were not removed. */
  trustedAfterDays: Count,
  trustedAfterMessages: Count,
  /** From this role upwards, imported posts are free of the limits above; others' imports are limited like all posts. */
  importRole: Role,
  /** How long a message waits for the models before it goes to a moderator. */
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
  /** How many of these are imported posts. */
  imported: z.number().int().nonnegative(),
  /** Milliseconds; null for an hour without messages. */
  latencyP50: z.number().nullable(),
  latencyP99: z.number().nullable(),
});

/** An estimate from a sample, with its 95% interval; null without a sample. */
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
  /**
   * By label: of the messages that models held back and people reviewed, the share that people held back too.
   */
  precision: z.array(z.object({ label: ModerationLabel, estimate: Estimate })),
  falsePositiveRate: Estimate,
  /** Population stability index of the last day’s scores against those of the preceding weeks. */
  drift: z.array(z.object({ label: ModerationLabel, index: z.number().nonnegative().nullable() })),
});
export type ModerationDashboard = z.infer<typeof ModerationDashboard>;

export const contract = {
  status: base.input(empty).output(ModerationStatus),
  watchStatus: base.input(empty).output(eventIterator(ModerationStatus)),
  /** Turns the models on or off; rules and moderators are not affected. */
  setModels: base.input(z.object({ on: z.boolean() })).output(empty),
  /** Classifies a text as if a full member had sent it, without storing it. */
  judge: base
    .input(z.object({ text: z.string().min(1).max(64_000) }).extend(Scope.shape))
    .output(Verdict.extend({ latencyMs: z.number() })),
  bounds: base.input(empty).output(z.array(ScopeBounds)),
  /** Shows the effect of other bounds; null removes a board’s own bounds. */
  tryBounds: base.input(Scope.extend({ bounds: Bounds.nullable() })).output(Replay),
  /** Shows the effect of calibrating with moderators’ decisions; needs consent first. */
  tryCalibration: base.input(Scope).output(Replay),
  /** Shows the effect of returning to the shipped calibration. */
  tryWithoutCalibration: base.input(Scope).output(Replay),
  /** Puts a replayed change into effect. */
  apply: base.input(z.object({ replay: z.string().max(64) })).output(ScopeBounds),
  /** Whether this node may learn from its people’s decisions. Withdrawing consent deletes what was learnt. */
  consent: base.input(empty).output(z.object({ given: z.boolean() })),
  setConsent: base.input(z.object({ given: z.boolean() })).output(empty),
  rules: base.input(empty).output(ModerationRules),
  setRules: base.input(ModerationRules.partial()).output(ModerationRules),
  lists: base.input(empty).output(z.array(ModerationList)),
  /** Imports a list of words or domains: plain lines, a hosts file, or an ad-blocker list. */
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
