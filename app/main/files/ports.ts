/** A store for the bytes of chunks, by their SHA-256. */
export interface ChunkDisk {
  /** Stores a chunk atomically. Throws a Problem `disk-full`. */
  write(hash: Uint8Array, bytes: Uint8Array): Promise<void>;
  /** The stored bytes, unchecked, or null. */
  read(hash: Uint8Array): Promise<Uint8Array | null>;
  /** Removes a chunk; a missing one is not an error. */
  remove(hash: Uint8Array): Promise<void>;
  /** The size of all chunks, in bytes. */
  usedBytes(): Promise<number>;
}
