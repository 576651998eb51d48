/** Where the bytes of chunks lie, by their SHA-256. */
export interface ChunkDisk {
  /** Stores a chunk as a whole or not at all. Throws a Problem `disk-full`. */
  write(hash: Uint8Array, bytes: Uint8Array): Promise<void>;
  /** The bytes as they lie there, or null. */
  read(hash: Uint8Array): Promise<Uint8Array | null>;
  /** Removes a chunk; one that is not there is no error. */
  remove(hash: Uint8Array): Promise<void>;
  /** What all chunks take, in bytes. */
  usedBytes(): Promise<number>;
}
