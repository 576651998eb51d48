import type { Verdict as ContractVerdict } from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { LogEvent } from '../log/event.ts';
import type { Doorkeeper } from '../log/kinds.ts';
import { decide, type Decision, type Finding, type Scrutiny } from './decision.ts';
import { Engine, type Outcome } from './engine.ts';
import type { Figures } from './figures.ts';
import { HEADS, type Scores } from './heads.ts';
import { type HoldRow, type Holds, type Settled } from './holds.ts';
import type { KeptJudgement } from './judgements.ts';
import type { Author, Content, ItemKind, ItemSource, Judges, Rulings, Words } from './ports.ts';
import type { Rulebook } from './rulebook.ts';
import { calibrated, type Scopes } from './scopes.ts';

/** Items that are read, judged and settled together. */
const BATCH = 64;
/** What came from elsewhere is hidden while it waits, so that it may wait longer than a person would, in milliseconds. */
const REMOTE_DEADLINE_MS = 60_000;
/** What an appeal says of what was held back as it was written. */
const ASKED = 'It was held back as it was written; its author asks for a person.';
/** Wait after the disk refused, in milliseconds. */
const AGAIN_MS = 5000;
const EVERYTHING_ABSENT: Scores = Object.fromEntries(HEADS.map((head) => [head, 0])) as Record<
  (typeof HEADS)[number],
  number
>;

export interface GateInit {
  readonly db: Database;
  readonly holds: Holds;
  readonly sources: readonly ItemSource[];
  readonly rulings: Rulings;
  readonly rulebook: Rulebook;
  readonly scopes: Scopes;
  readonly figures: Figures;
  readonly judges: Judges;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This node's person. */
  readonly me: () => Uint8Array;
  /** Who wrote a message, as of its ticks. */
  about(author: Uint8Array, time: number): Author;
  /** Whether models are asked. */
  readonly modelsOn: () => boolean;
}

/** What this node's person is about to say. */
export interface OwnWords extends Words {
  readonly kind: ItemKind;
  readonly board: Uint8Array | null;
  /** Says it to a person where it would be held back. */
  readonly askReview: boolean;
}

/** Words that may be signed. */
export interface Passed {
  readonly decision: Decision;
  /** Signs and stores them, with their hold in the same transaction; `id` is that of the item. */
  sign<T extends { readonly id: Uint8Array }>(append: () => T): T;
}

interface Judged {
  readonly outcome: Outcome;
  readonly scrutiny: Scrutiny;
  readonly found: Decision;
}

/** The way into the community: nothing is shown that did not pass here. See SPEC.md, "The gate". */
export class Gate implements Doorkeeper {
  readonly #init: GateInit;
  readonly #engine: Engine;
  readonly #byKind = new Map<string, ItemSource>();
  readonly #byChange = new Map<string, ItemSource>();
  readonly #author;
  /** The judgement of what is being signed right now [J13]. */
  #passing: { judged: Judged; words: OwnWords } | null = null;
  #working = false;
  #more = false;
  #running = false;
  #cancel: () => void = () => {};
  #done = 0;

  constructor(init: GateInit) {
    this.#init = init;
    this.#engine = new Engine({ judges: init.judges, clock: init.clock });
    for (const source of init.sources) {
      for (const kind of source.kinds) this.#byKind.set(kind, source);
      for (const kind of source.changes?.kinds ?? []) this.#byChange.set(kind, source);
    }
    this.#author = init.db.prepare<{ seq: number; time: number; key: Uint8Array }>(
      'SELECT e.seq, e.time, a.key FROM event e JOIN author a ON a.n = e.author WHERE e.id = ?',
    );
  }

  /** Items judged since the backlog began. */
  get done(): number {
    return this.#done;
  }

  /** [J11] In the transaction that stores an event, before anything shows it. */
  stored(event: LogEvent, seq: number, origin: 'own' | 'live' | 'history'): void {
    const source = this.#byKind.get(event.kind);
    if (source) this.#arrived(source, event, seq, origin);
    else if (this.#byChange.has(event.kind)) this.#changed(this.#byChange.get(event.kind)!, event, origin);
  }

  #arrived(source: ItemSource, event: LogEvent, n: number, origin: 'own' | 'live' | 'history'): void {
    const passing = this.#passing;
    const own = source.isImported?.(event.body) !== true && equalBytes(event.author, this.#init.me());
    const item = { n, kind: source.kind, own, live: origin !== 'history', time: event.time };
    if (passing?.judged.outcome.verdict.decision !== 'publish') this.#init.holds.arrived(item);
    if (passing) this.#settle([{ ...item, ...passing.words, judged: passing.judged }]);
    else this.#soon();
  }

  /** [J15] Only an author changes what they said. */
  #changed(source: ItemSource, event: LogEvent, origin: 'own' | 'live' | 'history'): void {
    const item = this.#author.get(source.changes!.itemOf(event.body));
    if (!item || !equalBytes(item.key, event.author)) return;
    const { holds, me } = this.#init;
    const passing = this.#passing;
    const row = holds.of(item.seq);
    const decision = passing?.judged.outcome.verdict.decision;
    if (row || decision !== 'publish') {
      const own = row?.own ?? equalBytes(event.author, me());
      holds.again({ n: item.seq, kind: source.kind, own, live: origin !== 'history', time: item.time });
    }
    if (!passing) return this.#soon();
    const { judged, words } = passing;
    this.#settle([{ ...words, n: item.seq, time: item.time, judged, textTime: event.time }]);
  }

  removed(event: LogEvent, seq: number): void {
    if (this.#byKind.has(event.kind)) this.#init.holds.removed(seq);
    const source = this.#byChange.get(event.kind);
    const item = source && this.#author.get(source.changes!.itemOf(event.body));
    if (!item || !equalBytes(item.key, event.author)) return;
    const own = equalBytes(item.key, this.#init.me());
    this.#init.holds.again({ n: item.seq, kind: source.kind, own, live: false, time: item.time });
    this.#soon();
  }

  reload(): void {
    this.#init.holds.judgements.reload();
  }

  /**
   * [J13] Judges what this node's person is about to say.
   *
   * @throws Problem `held-back`, naming the reasons, when it would be hidden and no person was asked for.
   */
  async own(words: OwnWords): Promise<Passed> {
    const { clock, holds, rulings, me } = this.#init;
    const time = clock.now() * 1024;
    const judged = await this.#judge(
      { ...words, author: me(), atMs: clock.now(), imported: false },
      { kind: words.kind, time, live: true, deadlineMs: this.#init.rulebook.rules.deadlineMs },
      () => this.#heldOf(me()),
    );
    const { verdict } = judged.outcome;
    if (verdict.decision === 'quarantine' && !words.askReview) {
      throw new Problem(
        'held-back',
        `This would be held back: ${verdict.reasons.map(({ detail }) => detail).join(', ')}.`,
        'Change it, or ask moderators to look at it as it is.',
      );
    }
    return {
      decision: verdict.decision,
      sign: (append) => {
        this.#passing = { judged, words };
        try {
          const signed = append();
          if (verdict.decision === 'quarantine') rulings.appeal(signed.id, ASKED);
          return signed;
        } finally {
          this.#passing = null;
          holds.tell();
        }
      },
    };
  }

  /** Judges a text as a message by a full member would be, without keeping anything. */
  async judge(text: string, board: Uint8Array | null): Promise<ContractVerdict & { latencyMs: number }> {
    const { bounds, learnt } = this.#init.scopes.of(board);
    const outcome = this.#init.modelsOn()
      ? await this.#engine.submit({
          text,
          thresholds: bounds,
          calibrate: (scores) => calibrated(learnt, scores),
          deadlineMs: this.#init.rulebook.rules.deadlineMs,
        })
      : NOT_JUDGED;
    return { ...contractVerdict(outcome), latencyMs: outcome.latencyMs };
  }

  async #judge(
    content: Content,
    how: { kind: ItemKind; time: number; live: boolean; deadlineMs: number },
    held: () => number,
  ): Promise<Judged> {
    const { rulebook, scopes, about } = this.#init;
    const known = about(content.author, how.time);
    // How many messages somebody had at that time is not known of what is filled in later.
    const message = {
      ...content,
      imported: content.imported || how.kind === 'handle',
      about: how.live
        ? known
        : { ...known, messages: Math.max(known.messages, rulebook.rules.newUntilMessages) },
    };
    const findings = rulebook.findings(message);
    const scrutiny = rulebook.scrutiny(message, held);
    const found = worstOf(findings);
    if (!this.#init.modelsOn()) {
      const verdict = decide(ABSENT, {}, findings, 'none');
      return { outcome: { ...NOT_JUDGED, verdict }, scrutiny, found };
    }
    const { bounds, learnt } = scopes.of(content.board);
    // A person does not wait behind what is filled in.
    if (how.deadlineMs === REMOTE_DEADLINE_MS) await this.#engine.room();
    const outcome = await this.#engine.submit({
      text: content.text,
      thresholds: bounds,
      scrutiny,
      findings,
      calibrate: (scores) => calibrated(learnt, scores),
      deadlineMs: how.deadlineMs,
    });
    return { outcome, scrutiny, found };
  }

  #heldOf(author: Uint8Array): number {
    return this.#init.db
      .prepare<{ count: number }>(
        `SELECT COUNT(*) AS count FROM hold h JOIN event e ON e.seq = h.n JOIN author a ON a.n = e.author
         WHERE h.state IN (2, 3) AND a.key = ?`,
      )
      .get(author)!.count;
  }

  /** Judges what waits, from now on; returns how to stop. */
  start(): () => void {
    this.#running = true;
    this.#soon();
    return () => {
      this.#running = false;
      this.#cancel();
    };
  }

  #soon(): void {
    this.#more = true;
    if (!this.#running || this.#working) return;
    this.#working = true;
    // The transaction that brought it has to be through first.
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#running && this.#more) {
        this.#more = false;
        while (this.#running && (await this.#step()));
      }
      this.#working = false;
    } catch (error) {
      this.#init.logger.warn('judging-not-kept', { code: problemOf(error).code });
      this.#cancel = this.#init.clock.after(AGAIN_MS, () => {
        this.#working = false;
        this.#soon();
      });
    }
  }

  /** [J12] Judges the newest that wait; false when nothing does. */
  async #step(): Promise<boolean> {
    const { holds, sources, db } = this.#init;
    const rows = holds.waiting(BATCH);
    if (rows.length === 0) {
      this.#done = 0;
      return false;
    }
    const byKind = new Map(sources.map((source) => [source.kind, source]));
    const held = new Map<string, number>();
    const judged = await Promise.all(rows.map((row) => this.#judgeWaiting(row, byKind.get(row.kind)!, held)));
    if (!this.#running) return false;
    db.transaction(() => {
      const still = judged.flatMap((one) => {
        if (one === null) return [];
        const row = holds.of(one.n);
        // Ruled on, changed or removed in between: what was judged is no longer what would be shown.
        const same = row?.state === 'waiting' && byKind.get(one.kind)?.textTime?.(one.n) === one.textTime;
        return same ? [one] : [];
      });
      this.#settle(still);
      this.#init.figures.write();
    });
    this.#done += rows.length;
    holds.tell();
    return true;
  }

  async #judgeWaiting(row: HoldRow, source: ItemSource, cache: Map<string, number>) {
    const content = source.read(row.n);
    if (!content) {
      this.#init.holds.removed(row.n);
      return null;
    }
    const textTime = source.textTime?.(row.n);
    const author = Buffer.from(content.author).toString('hex');
    const held = () => {
      const known = cache.get(author) ?? this.#heldOf(content.author);
      cache.set(author, known);
      return known;
    };
    const judged = await this.#judge(
      content,
      { kind: row.kind, time: row.time, live: row.live, deadlineMs: REMOTE_DEADLINE_MS },
      held,
    );
    const { board, shownAt } = content;
    return { n: row.n, kind: row.kind, time: row.time, judged, board, shownAt, textTime };
  }

  /** Puts judgements into effect and keeps them; part of a transaction. */
  #settle(
    items: readonly {
      readonly n: number;
      readonly kind: ItemKind;
      readonly time: number;
      readonly judged: Judged;
      readonly board: Uint8Array | null;
      readonly shownAt: readonly [number, number];
      readonly textTime?: number | undefined;
    }[],
  ): void {
    const { holds, figures, clock } = this.#init;
    const nowMs = clock.now();
    const settled: Settled[] = [];
    for (const { n, kind, time, judged, board, shownAt, textTime } of items) {
      const { outcome, scrutiny, found } = judged;
      const { verdict, judgement } = outcome;
      const scores = judgement?.scores ?? null;
      const kept: KeptJudgement = {
        n,
        at: nowMs,
        time,
        board,
        decision: verdict.decision,
        stage: judgement?.stage ?? 'none',
        scrutiny,
        found,
        cut: judgement?.cut ?? false,
        language: judgement?.language ?? null,
        scores,
        detail:
          verdict.decision === 'publish'
            ? null
            : {
                confidence: verdict.confidence,
                labels: verdict.labels,
                reasons: verdict.reasons,
                spans: verdict.spans
                  .filter(({ start, end }) => start >= shownAt[0] && end <= shownAt[1])
                  .map(({ start, end }) => [start - shownAt[0], end - shownAt[0]] as const),
              },
      };
      holds.judgements.keep(kept);
      figures.count(verdict.decision, outcome.latencyMs, scores, nowMs);
      settled.push({
        n,
        kind,
        board,
        decision: verdict.decision,
        worst: verdict.confidence,
        labels: bitsOf(verdict.labels),
        ...(textTime === undefined ? {} : { textTime }),
      });
    }
    holds.settle(settled);
  }
}

const ABSENT = {
  scores: EVERYTHING_ABSENT,
  stage: 'first',
  language: null,
  spans: [],
  disguised: 0,
  cut: false,
} as const;

/** While models are off. */
const NOT_JUDGED: Outcome = {
  verdict: { decision: 'publish', confidence: 0, reasons: [], spans: [], labels: [] },
  judgement: null,
  latencyMs: 0,
};

function worstOf(findings: readonly Finding[]): Decision {
  if (findings.some(({ decision }) => decision === 'quarantine')) return 'quarantine';
  return findings.length > 0 ? 'queue' : 'publish';
}

function bitsOf(labels: readonly (typeof HEADS)[number][]): number {
  return labels.reduce((bits, label) => bits | (1 << HEADS.indexOf(label)), 0);
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
