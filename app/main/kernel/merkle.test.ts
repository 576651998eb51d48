import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

/** The entries, roots and paths of the reference tests of Certificate Transparency (RFC 6962, RFC 9162). */
const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(fromHex);
const leaves = entries.map(leafHash);
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const inclusions: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];
const consistencies: readonly (readonly [first: number, second: number, path: readonly string[]])[] = [
  [1, 1, []],
  [
    1,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    6,
    8,
    [
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [
    2,
    5,
    [
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

describe('RFC 9162: the reference vectors', () => {
  test.each(roots.map((root, size) => ({ size, root })))(
    'root of the first $size entries',
    ({ size, root }) => {
      expect(toHex(merkleRoot(entries.slice(0, size)))).toBe(root);
    },
  );

  test.each(inclusions)('inclusion of entry %i in a tree of %i', (index, size, path) => {
    const proof = inclusionProof(leaves.slice(0, size), index);
    expect(proof.map(toHex)).toEqual(path);
    expect(verifyInclusion(leaves[index]!, index, size, proof, fromHex(roots[size]!))).toBe(true);
  });

  test.each(consistencies)('consistency of a tree of %i with one of %i', (first, second, path) => {
    const proof = consistencyProof(leaves.slice(0, second), first);
    expect(proof.map(toHex)).toEqual(path);
    expect(verifyConsistency(first, fromHex(roots[first]!), second, fromHex(roots[second]!), proof)).toBe(
      true,
    );
  });
});

const tree = fc
  .array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 70 })
  .map((list) => list.map((entry, n) => leafHash(Uint8Array.of(n, ...entry))));

test('every leaf is proven at its place and at no other, and no altered path proves it', () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.nat(), fc.nat(), (all, a, b, c) => {
      const [size, root] = [all.length, rootOfLeaves(all)];
      const [index, other] = [a % size, b % (size + 2)];
      const path = inclusionProof(all, index);
      expect(verifyInclusion(all[index]!, index, size, path, root)).toBe(true);
      if (other !== index) expect(verifyInclusion(all[index]!, other, size, path, root)).toBe(false);
      expect(verifyInclusion(leafHash(root), index, size, path, root)).toBe(false);
      expect(verifyInclusion(all[index]!, index, size, [...path, root], root)).toBe(false);
      if (path.length > 0) {
        const bent = path.with(c % path.length, leafHash(path[c % path.length]!));
        expect(verifyInclusion(all[index]!, index, size, bent, root)).toBe(false);
        expect(verifyInclusion(all[index]!, index, size, path.slice(1), root)).toBe(false);
      }
    }),
  );
});

test('a tree is proven to be the beginning of a longer one, and a changed tree is not', () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.nat(), (all, a, b) => {
      const [size, first] = [all.length, 1 + (a % all.length)];
      const [before, after] = [rootOfLeaves(all.slice(0, first)), rootOfLeaves(all)];
      const proof = consistencyProof(all, first);
      expect(verifyConsistency(first, before, size, after, proof)).toBe(true);
      const place = b % first;
      const changed = rootOfLeaves(all.slice(0, first).with(place, leafHash(all[place]!)));
      expect(verifyConsistency(first, changed, size, after, proof)).toBe(false);
      expect(verifyConsistency(first, before, size, leafHash(after), proof)).toBe(false);
      expect(verifyConsistency(first, before, size, after, [...proof, after])).toBe(false);
      if (proof.length > 0) expect(verifyConsistency(first, before, size, after, proof.slice(1))).toBe(false);
    }),
  );
});

test('invalid sizes and places prove nothing', () => {
  const root = rootOfLeaves(leaves);
  for (const index of [-1, 8, 0.5, Number.NaN, 2 ** 60])
    expect(verifyInclusion(leaves[0]!, index, 8, [], root)).toBe(false);
  for (const first of [0, -1, 9, 0.5]) expect(verifyConsistency(first, root, 8, root, [])).toBe(false);
  expect(() => inclusionProof(leaves, 8)).toThrow(RangeError);
  expect(() => consistencyProof(leaves, 0)).toThrow(RangeError);
});
