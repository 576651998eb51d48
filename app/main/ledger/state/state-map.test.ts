import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, equalBytes, toHex, utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { placeOfKey } from '../types/state.ts';
import {
  proveEntry,
  slotHash,
  updateMap,
  verifyEntry,
  type Page,
  type PageSource,
  type Slot,
} from './state-map.ts';

/** A map in memory. */
class MemoryMap implements PageSource {
  top: Slot = null;
  readonly pages = new Map<string, Page>();

  page(path: string): Page | null {
    return this.pages.get(path) ?? null;
  }

  write(changes: ReadonlyMap<string, Uint8Array | null>): number {
    const { top, pages } = updateMap(this, changes);
    this.top = top;
    for (const [path, page] of pages) {
      if (page) this.pages.set(path, page);
      else this.pages.delete(path);
    }
    return pages.size;
  }

  get root(): Uint8Array {
    return slotHash(this.top);
  }
}

/** The tree by its definition, bit by bit, without pages. */
function plainRoot(entries: readonly (readonly [Uint8Array, Uint8Array])[], depth = 0): Uint8Array {
  if (entries.length === 0) return new Uint8Array(32);
  if (entries.length === 1) return sha256(concatBytes(Uint8Array.of(0), ...entries[0]!));
  const bit = (place: Uint8Array) => (place[depth >> 3]! >> (7 - (depth & 7))) & 1;
  const [left, right] = [0, 1].map((side) => entries.filter(([place]) => bit(place) === side));
  return sha256(concatBytes(Uint8Array.of(1), plainRoot(left!, depth + 1), plainRoot(right!, depth + 1)));
}

/** Places that often share many bits, so that pages below pages occur. */
const place = fc
  .tuple(fc.constantFrom('', '00', '0000', 'a1b2c3', 'a1b2c4'), fc.integer({ min: 0, max: 400 }))
  .map(([prefix, n]) => prefix + toHex(sha256(utf8(String(n)))).slice(prefix.length));
const changes = fc
  .array(fc.tuple(place, fc.option(fc.nat({ max: 5 }))), { maxLength: 40 })
  .map(
    (list) => new Map(list.map(([at, value]) => [at, value === null ? null : sha256(Uint8Array.of(value))])),
  );
const bytesAt = (at: string) => new Uint8Array(Buffer.from(at, 'hex'));

test('[E3] the root follows from the entries alone, however they were added and removed', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 6 }), (steps) => {
      const map = new MemoryMap();
      const entries = new Map<string, Uint8Array>();
      for (const step of steps) {
        map.write(step);
        for (const [at, value] of step) {
          if (value) entries.set(at, value);
          else entries.delete(at);
        }
      }
      const list = [...entries].map(([at, value]) => [bytesAt(at), value] as const);
      expect(toHex(map.root)).toBe(toHex(plainRoot(list)));
      const fresh = new MemoryMap();
      fresh.write(entries);
      expect([...fresh.pages.keys()].sort()).toEqual([...map.pages.keys()].sort());
    }),
    { numRuns: 200 },
  );
});

test('[E4] every entry and every gap can be proven, and nothing else', () => {
  fc.assert(
    fc.property(changes, place, fc.nat(), (step, other, salt) => {
      const map = new MemoryMap();
      const values = new Map([...step].map(([at, value]) => [at, value && utf8(toHex(value))]));
      map.write(new Map([...values].map(([at, value]) => [at, value && sha256(value)])));
      for (const at of [...values.keys(), other]) {
        const proof = proveEntry(map, bytesAt(at));
        const value = values.get(at) ?? null;
        expect(verifyEntry(map.root, bytesAt(at), value, proof)).toBe(true);
        expect(verifyEntry(map.root, bytesAt(at), utf8('another'), proof)).toBe(false);
        if (value) expect(verifyEntry(map.root, bytesAt(at), null, proof)).toBe(false);
        expect(verifyEntry(sha256(map.root), bytesAt(at), value, proof)).toBe(false);
        if (proof.siblings.length > 0) {
          const bent = proof.siblings.map((hash, n) =>
            n === salt % proof.siblings.length ? sha256(hash) : hash,
          );
          expect(verifyEntry(map.root, bytesAt(at), value, { ...proof, siblings: bent })).toBe(false);
          const short = { ...proof, siblings: proof.siblings.slice(1) };
          expect(verifyEntry(map.root, bytesAt(at), value, short)).toBe(false);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('[E4] the proof of one entry does not prove another absent', () => {
  const map = new MemoryMap();
  const keys = Array.from({ length: 50 }, (_, n) => `account/${n}`);
  map.write(new Map(keys.map((key) => [toHex(placeOfKey(key)), sha256(utf8(key))])));
  for (const key of keys.slice(1)) {
    const foreign = proveEntry(map, placeOfKey(keys[0]!));
    expect(verifyEntry(map.root, placeOfKey(key), null, foreign)).toBe(false);
  }
});

test('[E3] a change among 20,000 entries touches a handful of pages', () => {
  const map = new MemoryMap();
  const keys = Array.from({ length: 20_000 }, (_, n) => toHex(placeOfKey(`account/${n}`)));
  map.write(new Map(keys.map((key) => [key, sha256(utf8(key))])));
  const before = map.root;
  expect(map.write(new Map([[keys[7]!, sha256(utf8('changed'))]]))).toBeLessThanOrEqual(6);
  expect(equalBytes(map.root, before)).toBe(false);
  map.write(new Map([[keys[7]!, sha256(utf8(keys[7]!))]]));
  expect(toHex(map.root)).toBe(toHex(before));
});
