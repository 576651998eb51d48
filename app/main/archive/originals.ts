import type { Database } from '../kernel/database.ts';
import type { OriginalMessage } from './planned.ts';

export interface OriginalsInit {
  readonly db: Database;
  /** Stores bytes for this node alone and returns their digest. Throws a Problem if there is no room. */
  keepFile(bytes: Uint8Array, name: string): Promise<Uint8Array>;
  /** A stored file, or null. */
  readFile(digest: Uint8Array): Promise<Uint8Array | null>;
}

interface OriginalRow {
  message: string;
  pack: Uint8Array;
  start: number;
  length: number;
}

/**
 * Imported mails as they came, packed a batch at a time into files that the store names by their content. They
 * hold what posts do not, addresses among them, and never leave this node by themselves.
 */
export class Originals {
  readonly #init: OriginalsInit;

  constructor(init: OriginalsInit) {
    this.#init = init;
  }

  /** Keeps a batch. Rejects with a Problem of the file store if there is no room. */
  async keep(batch: readonly OriginalMessage[]): Promise<void> {
    const { db } = this.#init;
    const packed = await gzip(batch.map(({ bytes }) => bytes));
    const pack = await this.#init.keepFile(packed, 'originals.gz');
    const insert = db.prepare(
      'INSERT OR REPLACE INTO archive_original (message, pack, start, length) VALUES (?, ?, ?, ?)',
    );
    db.transaction(() => {
      let start = 0;
      for (const { key, bytes } of batch) {
        insert.run(key, pack, start, bytes.length);
        start += bytes.length;
      }
    });
  }

  count(): number {
    return this.#init.db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM archive_original').get()!.n;
  }

  /** All originals, pack by pack; those of a pack that is damaged are passed over. */
  async *all(signal?: AbortSignal): AsyncGenerator<OriginalMessage> {
    const { db, readFile } = this.#init;
    const packs = db
      .prepare<{ pack: Uint8Array }>('SELECT DISTINCT pack FROM archive_original ORDER BY pack')
      .all();
    const rows = db.prepare<OriginalRow>('SELECT * FROM archive_original WHERE pack = ? ORDER BY start');
    for (const { pack } of packs) {
      signal?.throwIfAborted();
      const packed = await readFile(pack);
      if (packed === null) continue;
      const bytes = await gunzip(packed);
      for (const { message, start, length } of rows.all(pack)) {
        yield { key: message, bytes: bytes.subarray(start, start + length) };
      }
    }
  }
}

async function gzip(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return collect(
    new Blob(parts.map((part) => new Uint8Array(part))).stream().pipeThrough(new CompressionStream('gzip')),
  );
}

async function gunzip(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(packed)]).stream();
  return collect(stream.pipeThrough(new DecompressionStream('gzip')));
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
