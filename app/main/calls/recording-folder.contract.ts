import { expect, test } from 'vitest';
import type { RecordingFolder } from './recording-ports.ts';

const ONE = 'A'.repeat(22);
const OTHER = 'B'.repeat(22);

/** The contract of every folder of recordings. @param make with a way to write a file as a recorder does. */
export function recordingFolderContract(
  name: string,
  make: () => Promise<{
    readonly folder: RecordingFolder;
    write(path: string, bytes: number): Promise<void>;
    end(): Promise<void>;
  }>,
): void {
  test(`folder of recordings ${name}: counts, reads and removes files`, async () => {
    const { folder, write, end } = await make();
    expect(await folder.list()).toEqual([]);
    expect(await folder.bytesOf(ONE)).toBe(0);
    for (const recording of [ONE, OTHER]) {
      await folder.make(recording);
      await folder.make(recording);
      await write(folder.pathOf(recording, '0001.mka'), 1000);
      await write(folder.pathOf(recording, 'call.webm'), 500);
    }
    expect((await folder.list()).toSorted()).toEqual([ONE, OTHER]);
    expect(await folder.bytesOf(ONE)).toBe(1500);
    expect(await folder.bytesOf(ONE, 'call.webm')).toBe(500);
    expect((await folder.read(ONE, 'call.webm', 400, 300)).length).toBe(100);
    expect((await folder.read(ONE, 'call.webm', 500, 300)).length).toBe(0);
    expect((await folder.read(ONE, '0009.mka', 0, 300)).length).toBe(0);
    await folder.removeFiles(ONE, ['0001.mka', '0009.mka']);
    expect(await folder.bytesOf(ONE)).toBe(500);
    await folder.remove(ONE);
    await folder.remove(ONE);
    expect(await folder.list()).toEqual([OTHER]);
    expect(await folder.bytesOf(OTHER)).toBe(1500);
    await end();
  });
}
