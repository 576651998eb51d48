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
import type { LogFile } from '../../ledger/consensus/vote-log.ts';

/** What a file has from the beginning. */
const ROOM_BYTES = 2 * 1024 * 1024;

/**
 * A file on disk whose bytes were all written once before they are used: to overwrite them changes nothing
 * that the file system keeps about the file, so that waiting for the disk takes a fraction of a millisecond
 * instead of a commit of its journal.
 */
export class DiskLogFile implements LogFile {
  readonly #file: number;
  #room: number;

  constructor(path: string) {
    // Without O_TRUNC: what is there is the log.
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

  read(): Uint8Array {
    const bytes = new Uint8Array(this.#room);
    for (let at = 0; at < bytes.length;) {
      const read = readSync(this.#file, bytes, at, bytes.length - at, at);
      if (read === 0) break;
      at += read;
    }
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.reserve(offset + bytes.length);
    writeAll(this.#file, bytes, offset);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A new file is only there after a power cut if its directory was written too. */
  #reserveFirst(path: string): void {
    this.reserve(ROOM_BYTES);
    if (process.platform === 'win32') return; // a directory cannot be opened there, and need not
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
