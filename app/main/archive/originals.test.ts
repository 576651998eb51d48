import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { archiveMigrations } from './migrations.ts';
import { Originals } from './originals.ts';
import type { OriginalMessage } from './planned.ts';

function shelf() {
  const files = new Map<string, Uint8Array>();
  const originals = new Originals({
    db: openDatabase(':memory:', archiveMigrations),
    keepFile: async (bytes) => {
      const digest = sha256(bytes);
      files.set(toHex(digest), bytes);
      return digest;
    },
    readFile: async (digest) => files.get(toHex(digest)) ?? null,
  });
  return { originals, files };
}

async function all(originals: Originals): Promise<OriginalMessage[]> {
  const list: OriginalMessage[] = [];
  for await (const { key, bytes } of originals.all()) list.push({ key, bytes: new Uint8Array(bytes) });
  return list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

test('[AR16] originals are returned byte for byte, whatever the batches', async () => {
  const mail = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(mail, { minLength: 1, maxLength: 5 }), { maxLength: 4 }),
      async (batches) => {
        const { originals } = shelf();
        const expected: OriginalMessage[] = [];
        for (const [n, batch] of batches.entries()) {
          const mails = batch.map((bytes, at) => ({ key: `${n}-${at}@x`, bytes }));
          expected.push(...mails);
          await originals.keep(mails);
        }
        expect(originals.count()).toBe(expected.length);
        expect(await all(originals)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('[AR16] originals are packed, and those of a pack that is gone are passed over', async () => {
  const { originals, files } = shelf();
  const bytes = Buffer.from('Subject: tide\n\n' + 'High water at six. '.repeat(500));
  await originals.keep([{ key: 'a@x', bytes }]);
  expect([...files.values()].map((file) => file.length < bytes.length / 10)).toEqual([true]);
  files.clear();
  expect(await all(originals)).toEqual([]);
});
