import { float64Column, hash64, KeyTable, uint32Column, uint8Column } from './columns.ts';
import type { MessageOutline } from './message.ts';
import { threadSubject } from './subject.ts';

const WINDOW_MS = 14 * 24 * 3600 * 1000;
/** How many references are tried for a parent; older ones matter only if all of these are missing. */
const KEPT_REFERENCES = 20;
const NONE = -1;
const NO_KEY = { high: 0, low: 0 } as const;

interface NewRow extends RowPlace {
  /** The date that counts if the message has none of its own that can be meant. */
  readonly date?: number | null;
  readonly renamed?: boolean;
}

/** Where a message is in its archive, and which one it is, counted from 1. */
interface RowPlace {
  readonly place: number;
  readonly length: number;
  readonly number: number;
}

/**
 * The threads of an archive, after Jamie Zawinski's threading (https://www.jwz.org/doc/threading.html)
 * without its empty containers: a message's parent is the last of its references that the archive holds. If
 * it holds none, a message marked as a reply joins the message of the same subject that started the thread
 * within the 14 days before it.
 * The result depends only on the set of messages, not on their order. About 60 bytes per message and 8 per
 * reference, so a million messages take about 80 MB.
 */
export class ThreadIndex {
  readonly #ids = new KeyTable();
  readonly #places = float64Column();
  readonly #lengths = uint32Column();
  readonly #numbers = uint32Column();
  readonly #renamed = uint8Column();
  readonly #dates = float64Column();
  /** Whether the date is the message's own. */
  readonly #dated = uint8Column();
  readonly #topicHigh = uint32Column();
  readonly #topicLow = uint32Column();
  #hasTopics = false;
  #firstDate: number | null = null;
  readonly #subjectHigh = uint32Column();
  readonly #subjectLow = uint32Column();
  readonly #replies = uint8Column();
  /** Where a row's references end; they start where those of the previous row end. */
  readonly #referenceEnds = uint32Column();
  readonly #referenceHigh = uint32Column();
  readonly #referenceLow = uint32Column();
  #parents = new Int32Array(0);
  /** Towards the root of a row's tree, shortened while walking. */
  #roots = new Int32Array(0);

  get count(): number {
    return this.#ids.size;
  }

  /**
   * Adds a message and its place. A message of an id that was added before is the `same` if subject and date
   * agree, else an `other`; neither is added.
   */
  add(outline: MessageOutline, at: NewRow): 'added' | 'same' | 'other' {
    const id = hash64(outline.messageId);
    const subject = threadSubject(outline.subject);
    const base = subject.base === '' ? NO_KEY : hash64(subject.base);
    const before = this.#ids.find(id.high, id.low);
    if (before >= 0) return this.#agrees(before, base, outline.date) ? 'same' : 'other';
    this.#ids.add(id.high, id.low);
    this.#places.push(at.place);
    this.#lengths.push(at.length);
    this.#numbers.push(at.number);
    this.#renamed.push(at.renamed === true ? 1 : 0);
    const date = at.date ?? outline.date;
    this.#dates.push(date ?? Number.NaN);
    this.#firstDate ??= date;
    this.#dated.push(outline.date === null ? 0 : 1);
    const topic = outline.topic === null ? NO_KEY : hash64(outline.topic);
    this.#topicHigh.push(topic.high);
    this.#topicLow.push(topic.low);
    this.#hasTopics ||= outline.topic !== null;
    this.#subjectHigh.push(base.high);
    this.#subjectLow.push(base.low);
    this.#replies.push(subject.reply ? 1 : 0);
    for (const reference of outline.references.slice(-KEPT_REFERENCES)) {
      const { high, low } = hash64(reference);
      this.#referenceHigh.push(high);
      this.#referenceLow.push(low);
    }
    this.#referenceEnds.push(this.#referenceHigh.length);
    return 'added';
  }

  #agrees(row: number, subject: { high: number; low: number }, date: number | null): boolean {
    const held = this.#dated.at(row) === 1 ? this.dateOf(row) : null;
    const sameSubject =
      this.#subjectHigh.at(row) === subject.high && this.#subjectLow.at(row) === subject.low;
    return sameSubject && (held === null || date === null || held === date);
  }

  /** Finds every parent. Call once, after the last {@link add}. */
  resolve(): void {
    this.#parents = new Int32Array(this.count).fill(NONE);
    this.#roots = Int32Array.from({ length: this.count }, (_, row) => row);
    for (let row = 0; row < this.count; row++) this.#parents[row] = this.#referencedParent(row);
    this.#breakCycles();
    if (this.#hasTopics) this.#joinTopics();
    for (let row = 0; row < this.count; row++) {
      const parent = this.parentOf(row);
      if (parent >= 0) this.#roots[row] = parent;
    }
    this.#joinBySubject();
  }

  /** The parent row of a row, or -1. */
  parentOf(row: number): number {
    return this.#parents[row] ?? NONE;
  }

  /** The row that starts a row's thread. */
  rootOf(row: number): number {
    const roots = this.#roots;
    let at = row;
    for (;;) {
      const next = roots[at] ?? at;
      if (next === at) return at;
      const after = roots[next] ?? next;
      roots[at] = after;
      at = next;
    }
  }

  placeOf(row: number): RowPlace {
    return { place: this.#places.at(row), length: this.#lengths.at(row), number: this.#numbers.at(row) };
  }

  /** Milliseconds since the Unix epoch, or null. */
  dateOf(row: number): number | null {
    const date = this.#dates.at(row);
    return Number.isNaN(date) ? null : date;
  }

  /** The date of the first row that has one, or null. */
  get firstDate(): number | null {
    return this.#firstDate;
  }

  /** Whether the message goes by an id made of its bytes, because another has its own. */
  isRenamed(row: number): boolean {
    return this.#renamed.at(row) === 1;
  }

  /** Whether a row is the message of that id. */
  isRow(row: number, messageId: string): boolean {
    const { high, low } = hash64(messageId);
    return this.#ids.has(row, high, low);
  }

  /** All rows, each after its parent, otherwise in the order they were added. */
  *inOrder(): Generator<number> {
    const given = new Uint8Array(this.count);
    const chain: number[] = [];
    for (let row = 0; row < this.count; row++) {
      for (let at = row; at >= 0 && given[at] === 0; at = this.parentOf(at)) chain.push(at);
      for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
        given[next] = 1;
        yield next;
      }
    }
  }

  #referencedParent(row: number): number {
    const start = row === 0 ? 0 : this.#referenceEnds.at(row - 1);
    for (let at = this.#referenceEnds.at(row) - 1; at >= start; at--) {
      const parent = this.#ids.find(this.#referenceHigh.at(at), this.#referenceLow.at(at));
      if (parent >= 0 && parent !== row) return parent;
    }
    return NONE;
  }

  /** Messages that refer to each other in a cycle: the earliest of them starts the thread. */
  #breakCycles(): void {
    const seen = new Uint32Array(this.count);
    for (let row = 0; row < this.count; row++) {
      let at = row;
      while (at >= 0 && seen[at] === 0) {
        seen[at] = row + 1;
        at = this.parentOf(at);
      }
      if (at < 0 || seen[at] !== row + 1) continue;
      let first = at;
      for (let next = this.parentOf(at); next !== at; next = this.parentOf(next)) {
        if (this.#compare(next, first) < 0) first = next;
      }
      this.#parents[first] = NONE;
    }
  }

  /** Messages of a topic without a parent answer the earliest of it. */
  #joinTopics(): void {
    const topics = new KeyTable();
    const firsts: number[] = [];
    const rootless = (row: number) =>
      this.parentOf(row) < 0 && this.#topicHigh.at(row) + this.#topicLow.at(row) > 0;
    for (let row = 0; row < this.count; row++) {
      if (!rootless(row)) continue;
      const added = topics.add(this.#topicHigh.at(row), this.#topicLow.at(row));
      const topic = added >= 0 ? added : topics.find(this.#topicHigh.at(row), this.#topicLow.at(row));
      const first = firsts[topic];
      if (first === undefined || this.#compare(row, first) < 0) firsts[topic] = row;
    }
    for (let row = 0; row < this.count; row++) {
      if (!rootless(row)) continue;
      const first = firsts[topics.find(this.#topicHigh.at(row), this.#topicLow.at(row))];
      if (first !== undefined && first !== row) this.#parents[row] = first;
    }
  }

  #joinBySubject(): void {
    const dated = this.#datedBySubject();
    const joins: [row: number, parent: number][] = [];
    for (let from = 0; from < dated.length;) {
      let to = from + 1;
      while (to < dated.length && this.#sameSubject(dated[from] ?? 0, dated[to] ?? 0)) to++;
      this.#joinGroup(dated.subarray(from, to), joins);
      from = to;
    }
    // In a separate order, since each join decides which later ones would close a cycle.
    joins.sort(([a], [b]) => this.#compare(a, b));
    for (const [row, parent] of joins) {
      if (this.rootOf(parent) === row) continue;
      this.#parents[row] = parent;
      this.#roots[row] = parent;
    }
  }

  /**
   * Within one subject, by date: replies without a parent join the latest start of a thread, else its first
   * message.
   */
  #joinGroup(group: Uint32Array, joins: [number, number][]): void {
    let oldest = 0;
    let start = NONE;
    for (const [at, row] of group.entries()) {
      const since = this.#dates.at(row) - WINDOW_MS;
      while (this.#dates.at(group[oldest] ?? 0) < since) oldest++;
      if (this.#replies.at(row) === 0) {
        start = row;
        continue;
      }
      if (this.parentOf(row) >= 0 || oldest === at) continue;
      joins.push([row, start >= 0 && this.#dates.at(start) >= since ? start : (group[oldest] ?? row)]);
    }
  }

  #datedBySubject(): Uint32Array {
    const rows = new Uint32Array(this.count);
    let used = 0;
    for (let row = 0; row < this.count; row++) {
      const hasSubject = this.#subjectHigh.at(row) !== 0 || this.#subjectLow.at(row) !== 0;
      if (hasSubject && !Number.isNaN(this.#dates.at(row))) rows[used++] = row;
    }
    return rows
      .subarray(0, used)
      .sort(
        (a, b) =>
          this.#subjectHigh.at(a) - this.#subjectHigh.at(b) ||
          this.#subjectLow.at(a) - this.#subjectLow.at(b) ||
          this.#compare(a, b),
      );
  }

  #sameSubject(a: number, b: number): boolean {
    return (
      this.#subjectHigh.at(a) === this.#subjectHigh.at(b) && this.#subjectLow.at(a) === this.#subjectLow.at(b)
    );
  }

  /** By date, undated last, then by id: never by place, so that the archive's order does not matter. */
  #compare(a: number, b: number): number {
    const dateA = this.#dates.at(a);
    const dateB = this.#dates.at(b);
    if (Number.isNaN(dateA) !== Number.isNaN(dateB)) return Number.isNaN(dateA) ? 1 : -1;
    return (Number.isNaN(dateA) ? 0 : dateA - dateB) || this.#ids.compare(a, b);
  }
}
