import { Blender, LANGUAGES, type Calibration, type Reading, type Language } from './calibration.ts';
import { FirstStage, type FirstWeights } from './first-stage.ts';
import { LABELS, type Label, type Scores } from './labels.ts';
import { Normaliser, type Normalised } from './normalise.ts';
import { Tokens, type Vocabulary } from './tokens.ts';
import { labelOfWord, wordListScores } from './word-scores.ts';

/** The stage that decided on a message; `rules` if no model could be loaded, `image` for an image. */
export type Stage = 'first' | 'second' | 'rules' | 'image';

/** A part of the original text that supports a verdict. */
export interface Span {
  readonly term: string;
  readonly label: Label;
  readonly start: number;
  readonly end: number;
}

/** The output of the models for one message; the decision is made elsewhere. */
export interface Judgement {
  readonly scores: Scores;
  readonly stage: Stage;
  /** ISO 639-1, or null if the text is too short to detect. */
  readonly language: string | null;
  readonly spans: readonly Span[];
  /** Listed words that were disguised. */
  readonly disguised: number;
  /** Whether the text was longer than the part that was read. */
  readonly cut: boolean;
  /** [J30] Whether all models for texts were there; false if left out. */
  readonly isWhole?: boolean;
}

/** An encoder of the second stage: logits by label for lines of tokens; the adapter pads and batches them. */
export interface SecondStage {
  run(lines: readonly (readonly number[])[]): Promise<Float32Array[]>;
}

/** Detects a text's language: ISO 639-1, or null. */
export interface LanguageDetector {
  detect(text: string): string | null;
}

/** The encoders that could be loaded, by the languages they read. */
export type Encoders = Partial<
  Readonly<Record<Language, { readonly stage: SecondStage; readonly vocabulary: Vocabulary }>>
>;

export interface JudgeParts {
  readonly languages: LanguageDetector | null;
  readonly first: FirstWeights | null;
  readonly second: Encoders;
  readonly calibration: Calibration | null;
}

/**
 * [J28] The version of what the program itself does with a text and the models: reading, normalising, both stages. Raise
 * it with every change after which the same models give a text other probabilities.
 */
export const CASCADE_VERSION = 1;

/** How much of a long text is read: its beginning and its end. */
const HEAD_UNITS = 12_000;
const TAIL_UNITS = 4_000;
export const MAX_READ = HEAD_UNITS + TAIL_UNITS;
/** How much of a text is used to detect its language. */
const MAX_LANGUAGE_UNITS = 240;
const MAX_SPANS = 8;
/** From this probability on, a label reports spans. */
const SPEAKS = 0.5;
/** A part that adds less to the logit is not reported. */
const LEAST_ADDED = 0.15;
/**
 * How many messages form one batch of the second stage, and how much longer the longest may be than the
 * shortest. Batches are small in tokens: more are no faster, and the activations then take so much memory
 * that the system must map it again for every batch.
 */
const SECOND_BATCH = 16;
const SECOND_PIECES = 256;
const MOST_PADDED = 1.2;
/** Tokens of a line for each encoder, with the two end tokens; as in tools/training/encoder.py. */
export const MOST_PIECES: Readonly<Record<Language, Readonly<Record<Exclude<Reading, 'none'>, number>>>> = {
  english: { brief: 48, whole: 96 },
  others: { brief: 48, whole: 64 },
};

interface Open {
  readonly normalised: Normalised;
  readonly logits: Float32Array | null;
  readonly features: number;
  scores: Scores;
  stage: Stage;
  readonly language: string | null;
  readonly cut: boolean;
}

/** A message and how much of it an encoder reads. */
interface Wanted {
  readonly one: Open;
  readonly logits: Float32Array;
  readonly reading: Exclude<Reading, 'none'>;
}

/**
 * The cascade: normalisation, the first stage for all, the second stage for what stays unclear. Does not use
 * a clock.
 */
export class Classifier {
  readonly #normaliser = new Normaliser();
  readonly #languages: LanguageDetector | null;
  readonly #first: FirstStage | null;
  readonly #second: Partial<Record<Language, { readonly stage: SecondStage; readonly tokens: Tokens }>> = {};
  readonly #blender: Blender | null;
  readonly #isWhole: boolean;

  constructor({ languages, first, second, calibration }: JudgeParts) {
    this.#languages = languages;
    this.#blender = calibration === null ? null : new Blender(calibration);
    // Weights and a calibration that do not belong together are refused.
    this.#first = first !== null && first.bias.length === this.#blender?.width ? new FirstStage(first) : null;
    for (const language of LANGUAGES) {
      const encoder = this.#first === null ? undefined : second[language];
      if (encoder === undefined) continue;
      this.#second[language] = {
        stage: encoder.stage,
        tokens: new Tokens(encoder.vocabulary),
      };
    }
    this.#isWhole = languages !== null && LANGUAGES.every((language) => this.#second[language] !== undefined);
  }

  /** Judges texts; the results are in the same order. */
  async judge(texts: readonly string[]): Promise<Judgement[]> {
    const open = texts.map((text) => this.#open(text));
    await this.#ask(open);
    return open.map((one) => ({
      scores: one.scores,
      stage: one.stage,
      language: one.language,
      spans: this.#spans(one),
      disguised: one.normalised.disguised,
      cut: one.cut,
      isWhole: this.#isWhole,
    }));
  }

  #open(text: string): Open {
    const language = this.#languages?.detect(text.slice(0, MAX_LANGUAGE_UNITS)) ?? null;
    const cut = text.length > MAX_READ;
    const read = cut ? `${text.slice(0, HEAD_UNITS)}\n${text.slice(-TAIL_UNITS)}` : text;
    const normalised = this.#normaliser.message(read);
    if (this.#first === null || this.#blender === null) {
      const scores = wordListScores(normalised);
      return { normalised, logits: null, features: 0, scores, stage: 'rules', language, cut };
    }
    const { logits, features } = this.#first.score(normalised);
    const scores = this.#blender.first(logits);
    return { normalised, logits, features, scores, stage: 'first', language, cut };
  }

  async #ask(all: readonly Open[]): Promise<void> {
    const blender = this.#blender;
    if (blender === null) return;
    const wanted = all.flatMap((one) => {
      const { logits, scores, language } = one;
      if (logits === null) return [];
      const encoder = blender.encoderOf(logits, language);
      const reading = blender.reading(encoder, scores);
      return reading === 'none' ? [] : [{ one, logits, encoder, reading }];
    });
    for (const language of LANGUAGES) {
      await this.#askOne(
        language,
        wanted.filter((one) => one.encoder === language),
        blender,
      );
    }
  }

  async #askOne(language: Language, all: readonly Wanted[], blender: Blender): Promise<void> {
    const second = this.#second[language];
    if (second === undefined) return;
    const unclear = all
      .map(({ one, logits, reading }) => {
        const line = second.tokens.line(one.normalised.line, MOST_PIECES[language][reading]);
        return { one, logits, line };
      })
      .toSorted((a, b) => a.line.length - b.line.length);
    for (let at = 0, end = 0; at < unclear.length; at = end) {
      const longest = unclear[at]!.line.length * MOST_PADDED;
      const fits = ({ line }: { line: readonly number[] }) =>
        end === at ||
        (end - at < SECOND_BATCH && line.length <= longest && (end - at + 1) * line.length <= SECOND_PIECES);
      while (end < unclear.length && fits(unclear[end]!)) end += 1;
      const batch = unclear.slice(at, end);
      const answers = await second.stage.run(batch.map(({ line }) => line));
      for (const [place, { one, logits }] of batch.entries()) {
        one.scores = blender.both(language, logits, answers[place]!);
        one.stage = 'second';
      }
    }
  }

  #spans({ normalised, features, scores }: Open): Span[] {
    const first = this.#first;
    if (first === null) return Classifier.#listed(normalised);
    const speaking = LABELS.flatMap((label, at) => (scores[label] < SPEAKS ? [] : [at]));
    if (speaking.length === 0) return [];
    const spans = first
      .shares(normalised, speaking, features)
      .filter(({ adds }) => adds >= LEAST_ADDED)
      .toSorted((a, b) => b.adds - a.adds);
    const seen = new Set<number>();
    return spans
      .filter(({ start }) => !seen.has(start) && seen.add(start))
      .slice(0, MAX_SPANS)
      .map(({ term, label, start, end }) => ({ term, label: LABELS[label]!, start, end }));
  }

  static #listed({ readings }: Normalised): Span[] {
    return readings
      .flatMap(({ words, start, end }) =>
        words.flatMap((term) => {
          const label = labelOfWord(term);
          return label === null ? [] : [{ term, label, start, end }];
        }),
      )
      .slice(0, MAX_SPANS);
  }
}
