import { afterAll, describe, expect, test } from 'vitest';
import { sha256 } from '../kernel/sha256.ts';
import type { ChunkDisk } from './ports.ts';

/** The contract of every chunk store. */
export function chunkDiskContract(
  name: string,
  make: () => Promise<{ disk: ChunkDisk; end(): Promise<void> }>,
): void {
  describe(`chunk disk: ${name}`, () => {
    const ends: (() => Promise<void>)[] = [];
    const fresh = async () => {
      const { disk, end } = await make();
      ends.push(end);
      return disk;
    };
    afterAll(async () => {
      for (const end of ends) await end();
    });
    const chunk = (text: string) => ({
      bytes: new Uint8Array(Buffer.from(text)),
      hash: sha256(Buffer.from(text)),
    });

    test('returns what was written, and null for anything else', async () => {
      const disk = await fresh();
      const { hash, bytes } = chunk('tide table');
      expect(await disk.read(hash)).toBeNull();
      await disk.write(hash, bytes);
      await disk.write(hash, bytes);
      expect(Buffer.from((await disk.read(hash))!).toString()).toBe('tide table');
      expect(await disk.usedBytes()).toBe(bytes.length);
    });

    test('removes a chunk twice without an error', async () => {
      const disk = await fresh();
      const { hash, bytes } = chunk('tide table');
      await disk.write(hash, bytes);
      await disk.remove(hash);
      await disk.remove(hash);
      expect([await disk.read(hash), await disk.usedBytes()]).toEqual([null, 0]);
    });

    test('takes concurrent writes', async () => {
      const disk = await fresh();
      const chunks = Array.from({ length: 40 }, (_, n) => chunk(`chunk ${n % 20}`));
      await Promise.all(chunks.map(({ hash, bytes }) => disk.write(hash, bytes)));
      for (const { hash, bytes } of chunks) expect(Buffer.compare((await disk.read(hash))!, bytes)).toBe(0);
    });
  });
}
