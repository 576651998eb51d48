import { equalBytes } from '../kernel/bytes.ts';
import { othersTurn, withTimeout, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Logger } from '../kernel/logger.ts';
import type { LogEvent } from '../log/event.ts';
import type { AdmissionHook, Contexts } from '../log/kinds.ts';
import type { EventDraft } from '../log/own-events.ts';
import { Ahead } from './ahead.ts';
import { alteredItems, restoredItems } from './altered-items.ts';
import type { Arrival, Assessor, Foreseen, Judged } from './assessor.ts';
import { Backlog, type JudgedItem } from './backlog.ts';
import { UnseenPictures } from './unseen-pictures.ts';
import type { Decision } from './decision.ts';
import type { Figures } from './figures.ts';
import type { Holds } from './holds.ts';
import type { Judges } from './judges.ts';
import type { SharedJudgements } from './shared-judgements.ts';
import type { HoldChange, ItemSource, Rulings, Words } from './ports.ts';
import { problem } from './problems.ts';
import { settler } from './settling.ts';

export interface GateInit {
  readonly db: Database;
  readonly holds: Holds;
  readonly sources: readonly ItemSource[];
  readonly rulings: Rulings;
  readonly assessor: Assessor;
  readonly figures: Figures;
  readonly judges: Judges;
  readonly shared: SharedJudgements;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This node's person. */
  readonly me: () => Uint8Array;
}

/** How long a live event waits for its judgement before it is stored without one, in milliseconds. */
const LIVE_WAIT_MS = 500;
/** How many items of one person are put back in one transaction. */
const AGAIN_SLICE = 256;

/** A message that this node's person is about to send. */
export interface OwnWords extends Words {
  readonly kind: Arrival['kind'];
  readonly board: Uint8Array | null;
  /** Tells the person if it would be held back. */
  readonly askReview: boolean;
}

/** Text that may be signed. */
export interface Passed {
  readonly decision: Decision;
  /**
   * Writes to the log in one transaction: the event, which gets its hold as it is stored, and the appeal if
   * it is held back.
   * @param item the subject of the appeal, if it is not the event itself.
   */
  drafts(draft: EventDraft, item?: Uint8Array): Generator<EventDraft, void, LogEvent>;
}

/** The judgement of the event being signed, on its way through the log [J13]. */
class Passing {
  readonly judged: Judged;
  readonly words: OwnWords;

  constructor(judged: Judged, words: OwnWords) {
    this.judged = judged;
    this.words = words;
  }
}

const passingOf = (context: unknown): Passing | null => (context instanceof Passing ? context : null);

type EventSource = 'own' | 'live' | 'history';

/** The moderation gate: nothing is shown that did not pass it. See SPEC.md, "The gate". */
export class Gate implements AdmissionHook {
  readonly #init: GateInit;
  readonly #backlog: Backlog;
  readonly #byKind = new Map<string, ItemSource>();
  readonly #byChange = new Map<string, ItemSource>();
  readonly #author;
  readonly #item;
  readonly #unseen: UnseenPictures;
  readonly #settle: (items: readonly JudgedItem[]) => void;

  constructor(init: GateInit) {
    this.#init = init;
    this.#unseen = new UnseenPictures(init.db);
    this.#settle = settler({ ...init, unseen: this.#unseen });
    this.#backlog = new Backlog({ ...init, settle: this.#settle });
    for (const source of init.sources) {
      for (const kind of source.kinds) this.#byKind.set(kind, source);
      for (const kind of source.changes?.kinds ?? []) this.#byChange.set(kind, source);
    }
    this.#author = init.db.prepare<{ seq: number; time: number; key: Uint8Array }>(
      'SELECT e.seq, e.time, a.key FROM event e JOIN author a ON a.n = e.author WHERE e.id = ?',
    );
    this.#item = init.db.prepare<{ kind: string; time: number; key: Uint8Array }>(
      'SELECT e.kind, e.time, a.key FROM event e JOIN author a ON a.n = e.author WHERE e.seq = ?',
    );
  }

  /** Items judged since the backlog began. */
  get done(): number {
    return this.#backlog.done;
  }

  /** Judges waiting items from now on; returns how to stop. */
  start(): () => void {
    const stop = this.#backlog.start();
    for (const { key, distrustedAt } of this.#init.judges.list()) {
      if (distrustedAt !== null) this.judgeAgain(key);
    }
    const stopListening = this.#init.holds.onChange((changes) => {
      const waits = ({ n, shown }: HoldChange) => !shown && this.#init.holds.of(n)?.state === 'waiting';
      if (changes.some(waits)) this.#backlog.soon();
    });
    return () => {
      stopListening();
      stop();
    };
  }

  /** [J28] Catch-up is about to request these events. */
  expect(ids: readonly Uint8Array[]): void {
    this.#init.shared.expect(ids);
  }

  /**
   * [J11] Has the models judge items from peers before they are stored. Catch-up does not wait for them: it stores at
   * the speed of the disk, and the backlog takes over what they are still judging. [J28] Judgements of other nodes come
   * first.
   */
  async prepare(events: readonly LogEvent[], origin: 'live' | 'history'): Promise<Contexts> {
    const { assessor, shared } = this.#init;
    const contexts = new Map<LogEvent, Ahead>();
    const items = events.flatMap((event) => {
      const content = this.#byKind.get(event.kind)?.foresee?.(event) ?? null;
      return content ? [{ event, id: event.id, content }] : [];
    });
    const given = origin === 'history' ? shared.foresee(items) : null;
    for (const [at, { event, content }] of items.entries()) {
      const judging = given ? given[at]! : assessor.ahead(content);
      if (judging) contexts.set(event, new Ahead(content, judging));
    }
    if (origin === 'history') await othersTurn();
    else {
      const all = Promise.all(Array.from(contexts.values(), ({ judging }) => judging));
      await withTimeout(this.#init.clock, LIVE_WAIT_MS, all);
    }
    return contexts;
  }

  /** [J11] In the transaction that stores an event, before anything shows it. */
  stored(event: LogEvent, seq: number, origin: EventSource, context?: unknown): void {
    const source = this.#byKind.get(event.kind);
    if (source && context instanceof Ahead) {
      const { foreseen } = context;
      const filed = source.filed ? source.filed(event) : { board: context.content.board };
      if (foreseen && filed) {
        const filedThere = { ...foreseen, content: { ...foreseen.content, board: filed.board } };
        if (!foreseen.by || this.#init.assessor.isClear(filedThere)) {
          return this.#judgedAhead(source, event, seq, origin, filedThere);
        }
      }
      this.#backlog.expect(seq, context);
    }
    if (source) return this.#arrived(source, event, seq, origin, passingOf(context));
    const changed = this.#byChange.get(event.kind);
    if (changed) this.#changed(changed, event, origin, passingOf(context));
  }

  #arrived(
    source: ItemSource,
    event: LogEvent,
    n: number,
    origin: EventSource,
    passing: Passing | null,
  ): void {
    const own = source.isImported?.(event.body) !== true && equalBytes(event.author, this.#init.me());
    const item = { n, kind: source.kind, own, live: origin !== 'history', time: event.time };
    if (passing?.judged.outcome.verdict.decision !== 'publish') this.#init.holds.arrived(item);
    if (passing)
      this.#settle([{ ...passing.words, ...item, judged: passing.judged, imported: false, isNew: 'own' }]);
    else this.#backlog.soon();
  }

  #judgedAhead(
    source: ItemSource,
    event: LogEvent,
    n: number,
    origin: EventSource,
    foreseen: Foreseen,
  ): void {
    const { holds, assessor, me } = this.#init;
    const own = source.isImported?.(event.body) !== true && equalBytes(event.author, me());
    const item = { n, kind: source.kind, own, live: origin !== 'history', time: event.time };
    const judged = assessor.conclude(foreseen, item);
    if (judged.outcome.verdict.decision !== 'publish') holds.arrived(item);
    const { board, text, shownAt, imported } = foreseen.content;
    this.#settle([{ ...item, judged, by: foreseen.by, board, text, shownAt, imported, isNew: origin }]);
  }

  /** [J15] Only an author changes their own messages. */
  #changed(source: ItemSource, event: LogEvent, origin: EventSource, passing: Passing | null): void {
    const item = this.#author.get(source.changes!.itemOf(event.body));
    if (!item || !equalBytes(item.key, event.author)) return;
    const { holds, me } = this.#init;
    const row = holds.of(item.seq);
    if (row || passing?.judged.outcome.verdict.decision !== 'publish') {
      const own = row?.own ?? equalBytes(event.author, me());
      holds.again({ n: item.seq, kind: source.kind, own, live: origin !== 'history', time: item.time });
    }
    if (!passing) return this.#backlog.soon();
    const { judged, words } = passing;
    const { seq: n, time } = item;
    const imported = false; // its own author wrote this text
    this.#settle([{ ...words, n, kind: source.kind, time, judged, imported, textTime: event.time }]);
  }

  /** [L17] An item that has another text after the refill, or has one again, is judged again. */
  refilling(): () => void {
    const { db, sources, holds, me } = this.#init;
    const before = alteredItems(db, sources);
    return () => {
      for (const { n, kind, time, author } of restoredItems(before, alteredItems(db, sources))) {
        holds.again({ n, kind, time, own: equalBytes(author, me()), live: false });
      }
      this.#backlog.soon();
    };
  }

  removed(event: LogEvent, seq: number): void {
    // Of any kind: the feature of a held item may be off, and another event may get its row number.
    this.#init.holds.removed(seq);
    this.#init.judges.forget(seq);
    const source = this.#byChange.get(event.kind);
    const item = source && this.#author.get(source.changes!.itemOf(event.body));
    if (!item || !equalBytes(item.key, event.author)) return;
    const own = equalBytes(item.key, this.#init.me());
    this.#init.holds.again({ n: item.seq, kind: source.kind, own, live: false, time: item.time });
    this.#backlog.soon();
  }

  reload(): void {
    this.#backlog.reload();
    this.#init.holds.reload();
    this.#init.judges.reload();
  }

  /**
   * [J29] Items that are shown by the judgements of a person who is not trusted any more wait to be judged here. A start
   * continues after a crash.
   */
  judgeAgain(person: Uint8Array, after = 0): void {
    const { db, holds, judges, clock, me } = this.#init;
    const rows = judges.itemsOf(person, after, AGAIN_SLICE);
    if (rows.length === 0) return;
    db.transaction(() => {
      for (const n of rows) {
        const item = this.#item.get(n);
        const source = item && this.#byKind.get(item.kind);
        // The holds of a feature that is off stay as they are.
        if (!item || !source) continue;
        holds.again({ n, kind: source.kind, time: item.time, own: equalBytes(item.key, me()), live: false });
      }
    });
    holds.tell();
    this.#backlog.soon();
    clock.after(0, () => this.judgeAgain(person, rows.at(-1)));
  }

  /**
   * [J13] Judges a message that this node's person is about to send.
   * @throws Problem `held-back`, naming the reasons, if it would be hidden and no review was requested.
   */
  async own(words: OwnWords): Promise<Passed> {
    const { clock, rulings, me, assessor } = this.#init;
    const atMs = clock.now();
    const judged = await assessor.own(
      { ...words, author: me(), atMs, imported: false },
      { kind: words.kind, time: ticksOf(atMs), live: true },
    );
    const { decision, reasons } = judged.outcome.verdict;
    if (decision === 'quarantine' && !words.askReview) {
      throw problem('held-back', { reasons: reasons.map(({ detail }) => detail).join(', ') });
    }
    return {
      decision,
      *drafts(draft, item) {
        const event = yield { ...draft, context: new Passing(judged, words) };
        if (decision === 'quarantine') yield rulings.appeal(item ?? event.id);
      },
    };
  }

  /**
   * [J27] A file has arrived that was missing when posts with it were judged: they are judged again with it.
   * If a crash interrupts this, it is done when the file is requested again.
   * @returns whether none of them is hidden now.
   */
  async fileCame(file: Uint8Array): Promise<boolean> {
    const { db, holds, assessor, me } = this.#init;
    let shown = true;
    for (const { n, time, kind, author } of this.#unseen.of(file)) {
      const source = this.#byKind.get(kind)!;
      const content = source.read(n);
      if (!content) {
        this.#unseen.keep(n, []);
        continue;
      }
      if (holds.of(n)?.state === 'waiting') {
        // The backlog judges it, with the image.
        shown = false;
        continue;
      }
      const item = { n, kind: source.kind, time, own: equalBytes(author, me()), live: false };
      const textTime = source.textTime?.(n);
      const judged = await assessor.remote(content, item);
      db.transaction(() => {
        this.#unseen.keep(n, judged.unseen);
        if (judged.outcome.verdict.decision === 'publish') return;
        holds.again(item);
        const { board, text, shownAt, imported } = content;
        this.#settle([{ ...item, judged, board, text, shownAt, imported, textTime }]);
      });
      holds.tell();
      if (holds.of(n)?.hidden === true) shown = false;
    }
    return shown;
  }

  /** [J23] Whether words that are not an item would be hidden: a handle, a line said in a call. */
  async hides(text: string, author: Uint8Array): Promise<boolean> {
    const { clock, assessor } = this.#init;
    const atMs = clock.now();
    const { outcome } = await assessor.remote(
      { text, shownAt: [0, text.length], author, atMs, board: null, imported: false },
      { kind: 'words', time: ticksOf(atMs), live: false },
    );
    return outcome.verdict.decision === 'quarantine';
  }
}
