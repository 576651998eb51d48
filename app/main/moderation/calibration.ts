import * as z from 'zod';
import { LABELS, type Label, type Scores } from './labels.ts';

const Weight = z.number().min(-1000).max(1000);
const Name = z.string().regex(/^[a-z][a-z ]{0,30}$/);
const perLabel = <T extends z.ZodType>(value: T) =>
  z.strictObject(Object.fromEntries(LABELS.map((label) => [label, value])) as Record<Label, T>);

/** A probability: σ(shift + first · logit + what heads of an encoder, experts and kinds add, each by its weight). */
const Blend = z.strictObject({
  shift: Weight,
  first: Weight,
  /** By a head of the encoder. */
  second: z.partialRecord(z.enum(LABELS), Weight),
  /** By an expert's name or a kind's. */
  others: z.record(Name, Weight),
});
type Blend = z.infer<typeof Blend>;

/** From one probability to another, by head. */
const Between = z.partialRecord(z.enum(LABELS), z.tuple([z.number(), z.number()]));

/** How logits become probabilities, fitted on the validation split; a file of `resources/models`. */
export const Calibration = z.strictObject({
  version: z.literal(4),
  /** What the first stage's columns after those of the heads say. */
  columns: z.array(Name).max(32),
  /** Kinds of writing, each the name of a column. */
  kinds: z.array(Name).max(8),
  /** The first stage alone. */
  first: perLabel(Blend),
  /** Both stages, by the encoder that was asked. */
  both: z.strictObject({ english: perLabel(Blend), others: perLabel(Blend) }),
  /** The first stage's probabilities between which an encoder is asked. */
  unclear: z.strictObject({ english: Between, others: Between }),
  /** Heads for which a text's first pieces are enough. */
  briefly: z.array(z.enum(LABELS)),
});
export type Calibration = z.infer<typeof Calibration>;

/** Which of the two encoders reads a text in the second stage. */
export const LANGUAGES = ['english', 'others'] as const;
export type Language = (typeof LANGUAGES)[number];
/** The column that tells English from everything else. */
const ENGLISH = 'english';
/** A text that reads as another language is taken for English only where that column is surer than this. */
const SURELY = 1;

/** How much of a text the second stage is to read. */
export type Reading = 'none' | 'brief' | 'whole';

/** A kind's column is called `kind`, a space and its name. */
const KIND = 'kind ';

interface Prepared {
  readonly blend: Blend;
  /** Places among the experts and kinds, and their weights. */
  readonly others: readonly (readonly [place: number, weight: number])[];
  /** Places among the encoder's heads, and their weights. */
  readonly second: readonly (readonly [place: number, weight: number])[];
}

/** Turns the stages' logits into probabilities. An expert is heard by how much a text is of its kind. */
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
        if (place < 0) throw new Error(`nothing is called ${name}`);
        return [place, weight] as const;
      }),
    });
    this.#first = LABELS.map((label) => prepared(first[label]));
    this.#both = {
      english: LABELS.map((label) => prepared(both.english[label])),
      others: LABELS.map((label) => prepared(both.others[label])),
    };
    this.#english = LABELS.length + columns.indexOf(ENGLISH);
    if (!columns.includes(ENGLISH)) throw new Error('no column tells English');
    this.#unclear = unclear;
    this.#briefly = new Set(briefly);
  }

  /** So many columns the first stage must have. */
  get width(): number {
    return LABELS.length + this.#columns.length;
  }

  /** Probabilities by the first stage alone. */
  first(one: Float32Array): Scores {
    return this.#scores(this.#first, one, null);
  }

  /** Probabilities by both stages together. */
  both(language: Language, one: Float32Array, two: Float32Array): Scores {
    return this.#scores(this.#both[language], one, two);
  }

  /** Which encoder a text is for, by the first stage and by the language it was taken for. */
  encoderOf(one: Float32Array, language: string | null): Language {
    const least = language === 'en' || language === null ? 0 : SURELY;
    return one[this.#english]! > least ? 'english' : 'others';
  }

  /** What an encoder is to read of a message that the first stage gave these scores. */
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

  /** The columns after the heads': kinds as shares of one, the experts of a kind by its share. */
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
