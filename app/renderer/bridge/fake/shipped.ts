import type { Bounds, ModerationRules, ModerationStatus } from '../../../contract/index.ts';

// A test compares these with what a node ships.

/** The bounds of a new community. */
export const shippedBounds = {
  spam: { queue: 0.5, quarantine: 0.9 },
  toxic: { queue: 0.6, quarantine: 0.9 },
  severe: { queue: 0.5, quarantine: 0.9 },
  threat: { queue: 0.5, quarantine: 0.9 },
  identity: { queue: 0.6, quarantine: 0.95 },
  nsfw: { queue: 0.6, quarantine: 0.95 },
} satisfies Bounds;

/** The rules of a new node. */
export const shippedRules: ModerationRules = {
  perMinute: 20,
  perMinuteNew: 5,
  sameText: 3,
  links: 8,
  linksNew: 2,
  newForDays: 7,
  newUntilMessages: 10,
  flood: 30,
  trustedRole: 'moderator',
  trustedAfterDays: 30,
  trustedAfterMessages: 50,
  deadlineMs: 5000,
};

/** How many decisions a calibration needs. */
export const LEAST_DECISIONS = 30;

const models = [
  ['Words and parts of words', 'judges every message at once', 'Apache-2.0', 26_215_140],
  [
    'Transformer for unclear English',
    'judges English that the first leaves open',
    'Apache-2.0 (all-MiniLM-L6-v2)',
    16_781_956,
  ],
  ['NSFW images (MobileNetV2 of nsfwjs)', 'judges pictures', 'MIT (nsfwjs)', 4_327_235],
] as const;
const faults = [
  null,
  ['broken', 'Its file does not have the expected hash. Install the console again.'],
  ['missing', 'Its file is missing. Install the console again.'],
] as const;

/** The models of the sample node; `broken` breaks the second one and loses the third. */
export const sampleModels = (on: boolean, broken: boolean): ModerationStatus['models'] =>
  models.map(([name, task, licence, sizeBytes], n) => {
    const [state, fault] = (broken && faults[n]) || (['ready', null] as const);
    return { name, task, state: on ? state : 'off', fault, version: null, sizeBytes, licence };
  });
