import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { LogFile } from '../../ledger/adapter-ports.ts';

/** The initial size of a file: a node may have a thousand communities with two each. */
const ROOM_BYTES = 256 * 1024;

/**
 * A preallocated file on disk. Overwriting preallocated bytes changes no metadata of the file, so a flush
 * takes a fraction of a millisecond instead of a journal commit.
 */
export class DiskLogFile implements LogFile {
  readonly #file: number;
  #room: number;

  constructor(path: string) {
    // Without O_TRUNC, which would erase the log.
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#room = fstatSync(this.#file).size;
    if (this.#room === 0) this.#reserveFirst(path);
  }

  get room(): number {
    return this.#room;
  }

  reserve(bytes: number): void {
    if (bytes <= this.#room) return;
    writeAll(this.#file, new Uint8Array(bytes - this.#room), this.#room);
    fsyncSync(this.#file);
    this.#room = bytes;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const read = readSync(this.#file, bytes, at, length - at, offset + at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.reserve(offset + bytes.length);
    writeAll(this.#file, bytes, offset);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A new file survives a power cut only if its directory is flushed too. */
  #reserveFirst(path: string): void {
    this.reserve(ROOM_BYTES);
    if (process.platform === 'win32') return; // directories cannot be opened there and need no flush
    const directory = openSync(dirname(path), constants.O_RDONLY);
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

function writeAll(file: number, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, offset + at);
}
