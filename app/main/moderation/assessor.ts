import type { Verdict as ContractVerdict } from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { decide, type Decision, type Finding, type Scrutiny } from './decision.ts';
import type { Judgement } from './classifier.ts';
import { Engine, verdictOf, type Outcome } from './engine.ts';
import { LABELS, type Scores } from './labels.ts';
import { pictureFindings, type SeenPicture } from './pictures.ts';
import type { Author, Content, ImageClassifiers, ItemKind, Classifiers } from './ports.ts';
import type { Rulebook } from './rulebook.ts';
import { calibrated, type Scopes } from './scopes.ts';

export interface AssessorInit {
  readonly rulebook: Rulebook;
  readonly scopes: Scopes;
  readonly classifiers: Classifiers;
  readonly images: ImageClassifiers;
  /** Reads an attached file; null when its bytes are not on this node. */
  readonly readFile: (digest: Uint8Array) => Promise<Uint8Array | null>;
  readonly clock: Clock;
  /** The author of a message at the time of its ticks. */
  about(author: Uint8Array, time: number): Author;
  /** How many of an author's messages are held back or were removed. */
  heldOf(author: Uint8Array): number;
  /** Whether the models are used. */
  readonly modelsOn: () => boolean;
  /** This node's person. */
  readonly me: () => Uint8Array;
}

/** How an item arrived. */
export interface Arrival {
  /** The kind of an item, or `words` that are no item, which are refused at most and never held. */
  readonly kind: ItemKind | 'words';
  /** Ticks that the item claims. */
  readonly time: number;
  /** Arrived live, not by catch-up. */
  readonly live: boolean;
}

export interface Judged {
  readonly outcome: Outcome;
  readonly scrutiny: Scrutiny;
  /** The most severe finding of the rules. */
  readonly found: Decision;
  /** The judgements of its images. */
  readonly seen: readonly SeenPicture[];
  /** Files of images that could not be judged because they are not here. */
  readonly unseen: readonly Uint8Array[];
}

/**
 * Items from elsewhere are hidden while they wait, so they may wait longer than a person would, in
 * milliseconds.
 */
const REMOTE_DEADLINE_MS = 60_000;

/** An item and its judgement by the models; trust, bounds and rules are still to follow. */
export interface Foreseen {
  readonly content: Content;
  /** Null while the models are off. */
  readonly judgement: Judgement | null;
  readonly latencyMs: number;
  /** [J28] Whose node judged it; left out if it was this one. */
  readonly by?: Uint8Array;
}

/** Combines the rules, trust and the models into a judgement of an item. */
export class Assessor {
  readonly #init: AssessorInit;
  readonly #engine: Engine;

  constructor(init: AssessorInit) {
    this.#init = init;
    this.#engine = new Engine({ classifiers: init.classifiers, clock: init.clock });
  }

  /** Judges a message that a person waits for: before all backlog, and within their deadline. */
  own(content: Content, arrival: Arrival): Promise<Judged> {
    return this.#judge(content, arrival, this.#init.rulebook.rules.deadlineMs);
  }

  /** How many batches may be judged at once. */
  get lanes(): number {
    return this.#init.classifiers.lanes;
  }

  /** Judges an item from elsewhere, once the classifiers have capacity. */
  async remote(content: Content, arrival: Arrival): Promise<Judged> {
    await this.#engine.room();
    return this.#judge(content, arrival, REMOTE_DEADLINE_MS);
  }

  /**
   * Has the models judge an item that is not stored yet. Resolves to null if they cannot; null if they are busy, or if
   * the item has images. The rest, which depends on what is here, follows in {@link conclude}.
   */
  ahead(content: Content): Promise<Foreseen | null> | null {
    if ((content.pictures ?? []).length > 0) return null;
    if (!this.#init.modelsOn()) return Promise.resolve(withoutModels(content));
    if (this.#engine.isBusy) return null;
    return this.#engine
      .submit({ text: content.text, thresholds: {}, deadlineMs: REMOTE_DEADLINE_MS })
      .then(({ judgement, latencyMs }) => judgement && { content, judgement, latencyMs });
  }

  /** [J28] Whether the models alone would publish an item, by the bounds of its board. */
  isClear({ content, judgement }: Foreseen): boolean {
    if (judgement === null) return false;
    const { bounds, learnt } = this.#init.scopes.of(content.board);
    const calibrate = (scores: Scores) => calibrated(learnt, scores);
    return verdictOf(judgement, { thresholds: bounds, calibrate }).decision === 'publish';
  }

  /** Judges an item whose text the models have judged; part of the transaction that applies the judgement. */
  conclude({ content, judgement, latencyMs }: Foreseen, arrival: Arrival): Judged {
    const { scrutiny, bounds, learnt, findings } = this.#facts(content, arrival);
    const calibrate = (scores: Scores) => calibrated(learnt, scores);
    const outcome =
      judgement === null
        ? { ...NOT_JUDGED, verdict: decide(ABSENT, {}, findings, 'none') }
        : {
            verdict: verdictOf(judgement, { thresholds: bounds, scrutiny, findings, calibrate }),
            judgement,
            latencyMs,
          };
    return { outcome, scrutiny, found: worstOf(findings), seen: [], unseen: [] };
  }

  /** Judges a text by lists and models like a message of a full member, without keeping anything. */
  async text(text: string, board: Uint8Array | null): Promise<ContractVerdict & { latencyMs: number }> {
    const { bounds, learnt } = this.#init.scopes.of(board);
    const findings = this.#init.rulebook.listed(text);
    const outcome = this.#init.modelsOn()
      ? await this.#engine.submit({
          text,
          thresholds: bounds,
          findings,
          calibrate: (scores) => calibrated(learnt, scores),
          deadlineMs: this.#init.rulebook.rules.deadlineMs,
        })
      : { ...NOT_JUDGED, verdict: decide(ABSENT, {}, findings, 'none') };
    return { ...contractVerdict(outcome), latencyMs: outcome.latencyMs };
  }

  /** The verdicts of trust, bounds and rules on an item, which counts towards the limits from now on. */
  #facts(content: Content, { kind, time, live }: Arrival) {
    const { rulebook, scopes, about, heldOf, me } = this.#init;
    const scope = scopes.of(content.board);
    if (kind === 'words') {
      const scrutiny: Scrutiny = 'full';
      return { ...scope, scrutiny, findings: rulebook.listed(content.text) };
    }
    const known = about(content.author, time);
    const message = {
      ...content,
      isMine: equalBytes(content.author, me()),
      // How many messages an author had then is unknown for items from catch-up.
      about: live ? known : { ...known, messages: Math.max(known.messages, rulebook.rules.newUntilMessages) },
    };
    const scrutiny = rulebook.scrutiny(message, () => heldOf(content.author));
    return { ...scope, scrutiny, findings: rulebook.findings(message) };
  }

  async #judge(content: Content, arrival: Arrival, deadlineMs: number): Promise<Judged> {
    const { images, modelsOn } = this.#init;
    if (!modelsOn()) return this.conclude(withoutModels(content), arrival);
    const { scrutiny, bounds, learnt, findings } = this.#facts(content, arrival);
    const looked = await pictureFindings(
      images,
      this.#init.readFile,
      scrutiny === 'none' ? [] : (content.pictures ?? []),
      bounds,
      scrutiny,
    );
    findings.push(...looked.found);
    const outcome = await this.#engine.submit({
      text: content.text,
      thresholds: bounds,
      scrutiny,
      findings,
      calibrate: (scores) => calibrated(learnt, scores),
      deadlineMs,
    });
    return { outcome, scrutiny, found: worstOf(findings), seen: looked.seen, unseen: looked.unseen };
  }
}

const withoutModels = (content: Content): Foreseen => ({ content, judgement: null, latencyMs: 0 });

const NOTHING: Scores = Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<
  (typeof LABELS)[number],
  number
>;
const ABSENT = {
  scores: NOTHING,
  stage: 'first',
  language: null,
  spans: [],
  disguised: 0,
  cut: false,
} as const;

/** The outcome while the models are off. */
const NOT_JUDGED: Outcome = {
  verdict: { decision: 'publish', confidence: 0, reasons: [], spans: [], labels: [] },
  judgement: null,
  latencyMs: 0,
};

function worstOf(findings: readonly Finding[]): Decision {
  if (findings.some(({ decision }) => decision === 'quarantine')) return 'quarantine';
  return findings.length > 0 ? 'queue' : 'publish';
}

function contractVerdict({ verdict, judgement }: Outcome): ContractVerdict {
  return {
    decision: verdict.decision,
    confidence: verdict.confidence,
    scores: judgement?.scores ?? null,
    labels: [...verdict.labels],
    reasons: verdict.reasons.map((reason) => ({ ...reason })),
    spans: verdict.spans.map(({ start, end }) => [start, end]),
    language: judgement?.language ?? null,
    stage: judgement?.stage ?? 'none',
  };
}
