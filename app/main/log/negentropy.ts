/**
 * Range-based set reconciliation, wire-compatible with Negentropy protocol version 1
 * (https://github.com/hoytech/negentropy/blob/master/docs/negentropy-protocol-v1.md; after Aljoscha Meyer,
 * "Range-Based Set Reconciliation", 2022).
 *
 * The caller provides the keys. The log uses times counted backwards, so that ascending order is newest first
 * and a size-limited message always covers the newest part first.
 */
import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Problem } from '../kernel/errors.ts';
import { encodeVarint, FINGERPRINT_BYTES, INFINITY, type Bound, type RangeSet } from './range-set.ts';
import { problem } from './problems.ts';

const PROTOCOL_VERSION = 0x61;
const SKIP = 0;
const FINGERPRINT = 1;
const ID_LIST = 2;
const BUCKETS = 16;
const ID_BYTES = 32;
/** Space reserved in a message for the fingerprint of everything that did not fit. */
const RESERVE_BYTES = 200;

export interface Difference {
  /** The next message to send, or null when nothing is left to compare. */
  readonly next: Uint8Array | null;
  /** Ids that the other side has and this one lacks, in key order. */
  readonly need: Uint8Array[];
}

class Writer {
  readonly bytes: number[] = [];
  #lastKey = 0;

  bound(bound: Bound): void {
    if (bound.key === Number.POSITIVE_INFINITY) {
      this.bytes.push(0);
      this.#lastKey = Number.POSITIVE_INFINITY;
    } else {
      this.bytes.push(...encodeVarint(1 + bound.key - this.#lastKey));
      this.#lastKey = bound.key;
    }
    this.bytes.push(...encodeVarint(bound.id.length), ...bound.id);
  }

  mode(mode: number): void {
    this.bytes.push(mode);
  }

  raw(bytes: Iterable<number>): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  /** A point to which a range that did not fit is rolled back. */
  mark(): { length: number; lastKey: number } {
    return { length: this.bytes.length, lastKey: this.#lastKey };
  }

  rewind(mark: { length: number; lastKey: number }): void {
    this.bytes.length = mark.length;
    this.#lastKey = mark.lastKey;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #lastKey = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw malformed();
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  varint(): number {
    let value = 0;
    for (let digits = 0; digits < 8; digits++) {
      const byte = this.take(1)[0]!;
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) throw malformed();
      if ((byte & 128) === 0) return value;
    }
    throw malformed();
  }

  bound(): Bound {
    const delta = this.varint();
    const key = delta === 0 ? Number.POSITIVE_INFINITY : this.#lastKey + delta - 1;
    if (key !== Number.POSITIVE_INFINITY && !Number.isSafeInteger(key)) throw malformed();
    this.#lastKey = key;
    const length = this.varint();
    if (length > ID_BYTES) throw malformed();
    return { key, id: this.take(length) };
  }
}

function malformed(): Problem {
  return problem('malformed-reconciliation');
}

/** One side of a reconciliation. Its only state is the set, so a broken session is simply started again. */
export class Negentropy {
  readonly #set: RangeSet;
  readonly #frameLimit: number;

  /** `frameLimit`: the largest message to write, in bytes; at least 4,096. */
  constructor(set: RangeSet, frameLimit: number) {
    this.#set = set;
    this.#frameLimit = frameLimit;
  }

  /** The first message of the asking side. */
  initiate(): Uint8Array {
    const out = new Writer();
    out.mode(PROTOCOL_VERSION);
    this.#split(0, this.#set.size, INFINITY, out);
    return Uint8Array.from(out.bytes);
  }

  /** Answers a message of the asking side. Throws a Problem `malformed` or `bad-version`. */
  respond(query: Uint8Array): Uint8Array {
    return this.#process(query, null).output;
  }

  /** Processes an answer. */
  reconcile(answer: Uint8Array): Difference {
    const need: Uint8Array[] = [];
    const { output } = this.#process(answer, need);
    return { next: output.length === 1 ? null : output, need };
  }

  #process(message: Uint8Array, need: Uint8Array[] | null): { output: Uint8Array } {
    const query = new Reader(message);
    if (query.take(1)[0] !== PROTOCOL_VERSION) {
      throw problem('bad-version');
    }
    const out = new Writer();
    out.mode(PROTOCOL_VERSION);
    let previous: Bound = { key: 0, id: new Uint8Array(0) };
    let lower = 0;
    let skipping: boolean = false;
    const flushSkip = () => {
      if (!skipping) return;
      skipping = false;
      out.bound(previous);
      out.mode(SKIP);
    };

    while (!query.done) {
      const mark = out.mark();
      const wasSkipping: boolean = skipping;
      const bound = query.bound();
      const mode = query.varint();
      const upper = Math.max(lower, this.#set.lowerBound(bound));
      /** How much of this range was handled. */
      let end = upper;
      if (mode === SKIP) {
        skipping = true;
      } else if (mode === FINGERPRINT) {
        if (equalBytes(query.take(FINGERPRINT_BYTES), this.#set.fingerprint(lower, upper))) {
          skipping = true;
        } else {
          flushSkip();
          this.#split(lower, upper, bound, out);
          if (out.bytes.length > this.#frameLimit - RESERVE_BYTES) {
            out.rewind(mark);
            skipping = wasSkipping;
            end = lower;
          }
        }
      } else if (mode === ID_LIST) {
        const count = query.varint();
        const ids = query.take(count * ID_BYTES);
        if (need) {
          skipping = true;
          this.#collectNeed(ids, count, lower, upper, need);
        } else {
          flushSkip();
          end = this.#listIds(lower, upper, bound, out);
        }
      } else {
        throw malformed();
      }
      if (end < upper) {
        // Everything that did not fit is covered by one fingerprint; the asking side comes back for it.
        flushSkip();
        out.bound(INFINITY);
        out.mode(FINGERPRINT);
        out.raw(this.#set.fingerprint(end, this.#set.size));
        break;
      }
      lower = upper;
      previous = bound;
    }
    return { output: Uint8Array.from(out.bytes) };
  }

  #collectNeed(ids: Uint8Array, count: number, lower: number, upper: number, need: Uint8Array[]): void {
    const own = new Set<string>();
    for (const item of this.#set.range(lower, upper)) own.add(toHex(item.id));
    for (let index = 0; index < count; index++) {
      const id = ids.slice(index * ID_BYTES, (index + 1) * ID_BYTES);
      if (!own.has(toHex(id))) need.push(id);
    }
  }

  /** Writes as many ids of a range as fit; returns where it stopped. */
  #listIds(lower: number, upper: number, bound: Bound, out: Writer): number {
    const room = Math.max(1, Math.floor((this.#frameLimit - RESERVE_BYTES - out.bytes.length) / ID_BYTES));
    const end = Math.min(upper, lower + room);
    out.bound(end === upper ? bound : this.#boundAt(end));
    out.mode(ID_LIST);
    out.raw(encodeVarint(end - lower));
    for (const item of this.#set.range(lower, end)) out.raw(item.id);
    return end;
  }

  #boundAt(index: number): Bound {
    const { key, id } = this.#set.at(index);
    return { key, id: id.slice() };
  }

  #split(lower: number, upper: number, bound: Bound, out: Writer): void {
    const count = upper - lower;
    if (count < BUCKETS * 2) {
      out.bound(bound);
      out.mode(ID_LIST);
      out.raw(encodeVarint(count));
      for (const item of this.#set.range(lower, upper)) out.raw(item.id);
      return;
    }
    const share = Math.floor(count / BUCKETS);
    const extra = count % BUCKETS;
    let current = lower;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const next = current + share + (bucket < extra ? 1 : 0);
      const fingerprint = this.#set.fingerprint(current, next);
      out.bound(next === upper ? bound : this.#boundBefore(next));
      out.mode(FINGERPRINT);
      out.raw(fingerprint);
      current = next;
    }
  }

  /** The shortest bound that separates an item from the one before it. */
  #boundBefore(index: number): Bound {
    const before = this.#boundAt(index - 1);
    const item = this.#boundAt(index);
    if (before.key !== item.key) return { key: item.key, id: new Uint8Array(0) };
    let shared = 0;
    while (shared < ID_BYTES - 1 && before.id[shared] === item.id[shared]) shared++;
    return { key: item.key, id: item.id.slice(0, shared + 1) };
  }
}
