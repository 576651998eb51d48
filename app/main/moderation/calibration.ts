import * as z from 'zod';
import { LABELS, type Label, type Scores } from './labels.ts';

const Weight = z.number().min(-1000).max(1000);
const Name = z.string().regex(/^[a-z][a-z ]{0,30}$/);
const perLabel = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(LABELS.map((label) => [label, value])) as Record<Label, T>);

/** A probability: σ(shift + first · logit + the weighted sum of an encoder's labels, experts and kinds). */
const Blend = z.strictObject({
  shift: Weight,
  first: Weight,
  /** By label of the encoder. */
  second: z.partialRecord(z.enum(LABELS), Weight),
  /** By the name of an expert or a kind. */
  others: z.record(Name, Weight),
});
type Blend = z.infer<typeof Blend>;

/** From one probability to another, by label. */
const Between = z.partialRecord(z.enum(LABELS), z.tuple([z.number(), z.number()]));

/** How logits become probabilities, fitted on the validation split; a file of `resources/models`. */
export const Calibration = z.strictObject({
  version: z.literal(4),
  /** The names of the first stage's columns after the labels. */
  columns: z.array(Name).max(32),
  /** Kinds of writing, each the name of a column. */
  kinds: z.array(Name).max(8),
  /** The first stage alone. */
  first: perLabel(Blend),
  /** Both stages, by the encoder that was used. */
  both: z.strictObject({ english: perLabel(Blend), others: perLabel(Blend) }),
  /** The range of the first stage's probabilities in which an encoder is used. */
  unclear: z.strictObject({ english: Between, others: Between }),
  /** Labels for which the first tokens of a text are enough. */
  briefly: z.array(z.enum(LABELS)),
});
export type Calibration = z.infer<typeof Calibration>;

/** Which of the two encoders reads a text in the second stage. */
export const LANGUAGES = ['english', 'others'] as const;
export type Language = (typeof LANGUAGES)[number];
/** The column that distinguishes English from all other languages. */
const ENGLISH = 'english';
/** A text detected as another language counts as English only if that column's logit exceeds this. */
const SURELY = 1;

/** How much of a text the second stage reads. */
export type Reading = 'none' | 'brief' | 'whole';

/** The column of a kind is called `kind`, a space and its name. */
const KIND = 'kind ';

interface Prepared {
  readonly blend: Blend;
  /** Indexes of experts and kinds, and their weights. */
  readonly others: readonly (readonly [place: number, weight: number])[];
  /** Indexes of the encoder's labels, and their weights. */
  readonly second: readonly (readonly [place: number, weight: number])[];
}

/**
 * Turns the logits of the stages into probabilities. An expert is weighted by the share of its kind in a
 * text.
 */
export class Blender {
  readonly #columns: readonly string[];
  readonly #kinds: readonly { readonly column: number; readonly expert: number }[];
  readonly #first: readonly Prepared[];
  readonly #both: Readonly<Record<Language, readonly Prepared[]>>;
  readonly #english: number;
  readonly #unclear: Calibration['unclear'];
  readonly #briefly: ReadonlySet<Label>;

  constructor({ columns, kinds, first, both, unclear, briefly }: Calibration) {
    this.#columns = columns;
    this.#kinds = kinds.map((kind) => ({
      column: columns.indexOf(KIND + kind),
      expert: columns.indexOf(kind),
    }));
    if (this.#kinds.some(({ column }) => column < 0)) throw new Error('a kind of writing has no column');
    const prepared = (blend: Blend): Prepared => ({
      blend,
      second: LABELS.flatMap((label, at) => {
        const weight = blend.second[label];
        return weight === undefined ? [] : [[at, weight] as const];
      }),
      others: Object.entries(blend.others).map(([name, weight]) => {
        const place = columns.indexOf(name);
        if (place < 0) throw new Error(`no column is called ${name}`);
        return [place, weight] as const;
      }),
    });
    this.#first = LABELS.map((label) => prepared(first[label]));
    this.#both = {
      english: LABELS.map((label) => prepared(both.english[label])),
      others: LABELS.map((label) => prepared(both.others[label])),
    };
    this.#english = LABELS.length + columns.indexOf(ENGLISH);
    if (!columns.includes(ENGLISH)) throw new Error('no column for English');
    this.#unclear = unclear;
    this.#briefly = new Set(briefly);
  }

  /** How many columns the first stage must have. */
  get width(): number {
    return LABELS.length + this.#columns.length;
  }

  /** Probabilities from the first stage alone. */
  first(one: Float32Array): Scores {
    return this.#scores(this.#first, one, null);
  }

  /** Probabilities from both stages. */
  both(language: Language, one: Float32Array, two: Float32Array): Scores {
    return this.#scores(this.#both[language], one, two);
  }

  /** The encoder for a text, from the first stage and from the detected language. */
  encoderOf(one: Float32Array, language: string | null): Language {
    const least = language === 'en' || language === null ? 0 : SURELY;
    return one[this.#english]! > least ? 'english' : 'others';
  }

  /** How much an encoder reads of a message, given the scores of the first stage. */
  reading(language: Language, scores: Scores): Reading {
    const open = LABELS.filter((label) => {
      const between = this.#unclear[language][label];
      return between !== undefined && scores[label] > between[0] && scores[label] < between[1];
    });
    if (open.length === 0) return 'none';
    return open.every((label) => this.#briefly.has(label)) ? 'brief' : 'whole';
  }

  #scores(prepared: readonly Prepared[], one: Float32Array, two: Float32Array | null): Scores {
    const values = this.#weighed(one);
    const scores = prepared.map(({ blend, second, others }, at) => {
      let z = blend.shift + blend.first * one[at]!;
      for (const [place, weight] of others) z += weight * values[place]!;
      if (two !== null) for (const [place, weight] of second) z += weight * two[place]!;
      return 1 / (1 + Math.exp(-z));
    });
    return Object.fromEntries(LABELS.map((label, at) => [label, scores[at]!])) as Record<Label, number>;
  }

  /**
   * The columns after the labels: kinds as shares that add up to one, experts weighted by the share of their
   * kind.
   */
  #weighed(one: Float32Array): Float32Array {
    const values = one.slice(LABELS.length);
    const odds = this.#kinds.map(({ column }) => Math.exp(Math.min(30, values[column]!)));
    const all = odds.reduce((sum, odd) => sum + odd, 0);
    for (const [at, { column, expert }] of this.#kinds.entries()) {
      const share = odds[at]! / all;
      values[column] = share;
      if (expert >= 0) values[expert]! *= share;
    }
    return values;
  }
}
