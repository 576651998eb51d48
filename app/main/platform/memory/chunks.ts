import type { ChunkDisk } from '../../files/ports.ts';
import { toHex } from '../../kernel/bytes.ts';
import { problem } from './problems.ts';

/** Chunks in memory, limited to a disk size in bytes. */
export function memoryChunks(sizeBytes = Infinity): ChunkDisk & { readonly chunks: Map<string, Uint8Array> } {
  const chunks = new Map<string, Uint8Array>();
  const used = () => chunks.values().reduce((sum, { length }) => sum + length, 0);
  return {
    chunks,
    async write(hash, bytes) {
      if (used() + bytes.length > sizeBytes) {
        throw problem('disk-full');
      }
      chunks.set(toHex(hash), bytes.slice());
    },
    read: async (hash) => chunks.get(toHex(hash))?.slice() ?? null,
    async remove(hash) {
      chunks.delete(toHex(hash));
    },
    usedBytes: async () => used(),
  };
}
