import { concatBytes, equalBytes, toHex, utf8 } from '../kernel/bytes.ts';
import { withTimeout, type Clock, type Random } from '../kernel/clock.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Foreseen } from './assessor.ts';
import type { Judgement } from './classifier.ts';
import type { Judges } from './judges.ts';
import { LABELS } from './labels.ts';
import type { Content, GivenJudgement, OtherNodes } from './ports.ts';

/** [J29] One in so many judgements of others is compared with an own one. */
const SAMPLED_ONE_IN = 32;
/** [J29] Two judgements of one text agree if no probability differs by more: processors round differently. */
const TOLERANCE = 0.1;
/** Samples that wait for the own judgement, at most. */
const MAX_SAMPLES = 4096;
/** When nobody had judged any of so many texts in a row, nobody is asked for a while, in milliseconds. */
const FRUITLESS = 512;
const PAUSE_MS = 10_000;
/** [JX5] How long an item that is here waits for the judgement of another node. */
const WAIT_MS = 3000;
/** Events that were asked about and have not arrived, at most. */
const MAX_EXPECTED = 16_384;

export interface SharedJudgementsInit {
  readonly judges: Judges;
  readonly clock: Clock;
  readonly random: Random;
  /** The identity of the models of this release; null if there are none. */
  readonly identity: () => Promise<Uint8Array | null>;
  readonly modelsOn: () => boolean;
  /** A person disagreed too often [J29]. Called in the transaction that found it. */
  readonly distrusted: (key: Uint8Array) => void;
}

type Answer = Promise<GivenJudgement | null>;

/** An item and its id, before it is judged. */
export interface Unjudged {
  readonly id: Uint8Array;
  readonly content: Content;
}

/** Takes over judgements that other nodes gave, compares some with own ones, and says which own ones may be given [J28]. */
export class SharedJudgements {
  readonly #init: SharedJudgementsInit;
  #others: OtherNodes | null = null;
  #models: Uint8Array | null = null;
  /** Judgements of others that this node's own will be compared with, by the key of the text. */
  readonly #samples = new Map<string, GivenJudgement>();
  #fruitless = 0;
  #pausedUntil = 0;
  /** Answers about events that catch-up requested, by id. */
  readonly #expected = new Map<string, Answer>();

  constructor(init: SharedJudgementsInit) {
    this.#init = init;
  }

  /** Asks these nodes from now on. */
  async connect(others: OtherNodes): Promise<void> {
    this.#others = others;
    this.#models = await this.#init.identity();
  }

  /** Catch-up is about to request these events: asks about them, if anybody can be asked. */
  expect(ids: readonly Uint8Array[]): void {
    if (!this.#mayAsk) return;
    if (this.#expected.size + ids.length > MAX_EXPECTED) this.#expected.clear();
    const answers = this.#askEach(ids);
    for (const [at, id] of ids.entries()) this.#expected.set(toHex(id), answers[at]!);
  }

  /**
   * The judgements that other nodes gave of items that did not arrive live; asks about those that nobody was asked about
   * before.
   *
   * @returns for each item the judgement to take over, and null if there is none in time or it is judged here all the
   * same; null instead of a promise for an item that nobody is asked about, and null for all if nobody is asked.
   */
  foresee(items: readonly Unjudged[]): readonly (Promise<Foreseen | null> | null)[] | null {
    const models = this.#models;
    if (models === null || (!this.#mayAsk && this.#expected.size === 0)) return null;
    const { clock, random } = this.#init;
    const answers = this.#answersAbout(items.filter(({ content }) => (content.pictures ?? []).length === 0));
    const chances = random.bytes(items.length);
    return items.map((item, at) => {
      const answer = answers.get(item);
      if (answer === undefined) return null;
      const isSample = chances[at]! < 256 / SAMPLED_ONE_IN;
      return withTimeout(clock, WAIT_MS, answer).then((given) =>
        given === 'late' ? null : this.#take(item.content, given, models, isSample),
      );
    });
  }

  #answersAbout(items: readonly Unjudged[]): ReadonlyMap<Unjudged, Answer> {
    const answers = new Map<Unjudged, Answer>();
    for (const item of items) {
      const expected = this.#expectedOf(item);
      if (expected) answers.set(item, expected);
    }
    const rest = items.filter((item) => !answers.has(item));
    if (rest.length === 0 || !this.#mayAsk) return answers;
    const asked = this.#askEach(rest.map(({ id }) => id));
    for (const [at, item] of rest.entries()) answers.set(item, asked[at]!);
    return answers;
  }

  get #mayAsk(): boolean {
    const { clock, modelsOn } = this.#init;
    return (
      this.#models !== null &&
      modelsOn() &&
      clock.now() >= this.#pausedUntil &&
      this.#others?.isReady === true
    );
  }

  #askEach(ids: readonly Uint8Array[]): Answer[] {
    const given = this.#ask(ids);
    return ids.map((_, at) => given.then((all) => all[at] ?? null));
  }

  async #ask(ids: readonly Uint8Array[]): Promise<readonly (GivenJudgement | null)[]> {
    const given = await this.#others!.ask(ids);
    this.#fruitless = given.every((one) => one === null) ? this.#fruitless + given.length : 0;
    if (this.#fruitless >= FRUITLESS) {
      this.#fruitless = 0;
      this.#pausedUntil = this.#init.clock.now() + PAUSE_MS;
    }
    return given;
  }

  #expectedOf({ id }: Unjudged): Answer | undefined {
    if (this.#expected.size === 0) return undefined;
    const key = toHex(id);
    const expected = this.#expected.get(key);
    this.#expected.delete(key);
    return expected;
  }

  #take(
    content: Content,
    given: GivenJudgement | null,
    models: Uint8Array,
    isSample: boolean,
  ): Foreseen | null {
    if (given === null || !equalBytes(given.key, keyOf(models, content.text))) return null;
    if ((this.#init.judges.of(given.person)?.distrustedAt ?? null) !== null) return null;
    if (isSample) {
      if (this.#samples.size < MAX_SAMPLES) this.#samples.set(toHex(given.key), given);
      return null;
    }
    return { content, judgement: judgementOf(given), latencyMs: 0, by: given.person };
  }

  /**
   * In the transaction that applies a judgement.
   *
   * @param by whose judgement it is; null if it is this node's own.
   * @returns the key under which this node may give it to others [J30]; null if it may not.
   */
  settled(n: number, text: string, judgement: Judgement | null, by: Uint8Array | null): Uint8Array | null {
    this.#init.judges.judged(n, by);
    if (judgement?.isWhole !== true || judgement.cut || by !== null || this.#models === null) return null;
    const key = keyOf(this.#models, text);
    if (this.#samples.size > 0) this.#compare(toHex(key), judgement);
    return key;
  }

  #compare(key: string, own: Judgement): void {
    const given = this.#samples.get(key);
    if (given === undefined) return;
    this.#samples.delete(key);
    const agrees = LABELS.every((label) => Math.abs(given.scores[label] - own.scores[label]) <= TOLERANCE);
    if (this.#init.judges.sampled(given.person, agrees)) this.#init.distrusted(given.person);
  }
}

/** [J28] Binds a judgement to the text and to the models that judged it. */
export function keyOf(models: Uint8Array, text: string): Uint8Array {
  return sha256(concatBytes(models, utf8(text)));
}

const judgementOf = ({ scores, stage, language }: GivenJudgement): Judgement => ({
  scores,
  stage,
  language,
  spans: [],
  disguised: 0,
  cut: false,
});
