import * as z from 'zod';
import type * as contract from '../../contract/index.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { every } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import type { Quota } from '../kernel/quota.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Authority } from '../log/kinds.ts';
import type { Committed } from '../log/commit-listeners.ts';
import type { Log } from '../log/log.ts';
import type { Transport } from '../log/transport.ts';
import { FileFetcher } from './fetch.ts';
import { CHUNK_BYTES, manifestOf } from './manifest.ts';
import { safeName, safeType } from './names.ts';
import { FileServer } from './serve.ts';
import type { FileStore } from './store.ts';
import { FILES_PROTOCOL } from './wire.ts';
import { problem } from './problems.ts';

/** An upload that no post names within this time is dropped, in milliseconds. */
const STALE_MS = 24 * 3_600_000;
const TIDY_MS = 3_600_000;

export interface FilesInit {
  readonly store: FileStore;
  readonly log: Log;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly quota: Quota;
  readonly nodeName: () => string;
  readonly logger?: Logger;
  /** Settings, read on each use. */
  readonly maxFileBytes: () => number;
  /** Called before a stored file is returned; false if it is held back. */
  readonly mayGive?: (digest: Uint8Array) => Promise<boolean>;
}

/** A post's reference to a file. */
export interface FileRef {
  readonly cid: Uint8Array;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** The attachments of a post’s body; the boards validated the rest. */
const WithFiles = z.object({
  attachments: z.array(
    z.object({ cid: z.instanceof(Uint8Array), name: z.string(), type: z.string(), size: z.int() }),
  ),
});

/** A file’s bytes, or null if it is not complete on this node. */
export const readWhole = async (store: FileStore, digest: Uint8Array): Promise<Uint8Array | null> =>
  store.isComplete(digest) ? store.read(digest) : null;

export type Files = ReturnType<typeof createFiles>;

/** Attachments of posts, stored as chunks, fetched from peers on demand and served to members. */
export function createFiles(init: FilesInit) {
  const { clock, log, store, transport, quota, maxFileBytes } = init;
  const logger = init.logger ?? silentLogger;
  const server = new FileServer(init, store);
  const fetcher = new FileFetcher({ ...init, logger }, store);
  let stops: (() => void)[] = [];

  const tooLarge = () => problem('file-too-large', { limit: Math.floor(maxFileBytes() / 1024) });

  const gather = async (source: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
    if (source instanceof Uint8Array) {
      if (source.length > maxFileBytes()) throw tooLarge();
      return source;
    }
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of source) {
      size += part.length;
      if (size > maxFileBytes()) throw tooLarge();
      parts.push(part);
    }
    return Buffer.concat(parts);
  };

  const storeWhole = async (bytes: Uint8Array, own: { name: string; type: string }) => {
    const manifest = manifestOf(bytes);
    await store.exclusively(async () => {
      store.expect(manifest, own);
      try {
        for (const [n, hash] of manifest.chunks.entries()) {
          const chunk = bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES);
          await store.addChunk(manifest.id, n, hash, chunk);
        }
      } catch (error) {
        await store.drop(manifest.id);
        throw error;
      }
    });
    return manifest;
  };

  const onCommit = (batch: readonly Committed[]) => {
    for (const { event } of batch) {
      // Most events of a bulk import have no attachments; they are skipped without parsing.
      if (!(event.body as { attachments?: unknown[] }).attachments?.length) continue;
      const found = WithFiles.safeParse(event.body);
      if (!found.success) continue;
      for (const { cid, name, type, size } of found.data.attachments) {
        store.attached(cid, { name: safeName(name), type: safeType(type), size });
      }
    }
  };

  const tidy = async () => {
    for (const id of store.stale(clock.now() - STALE_MS)) {
      try {
        await store.exclusively(() => store.drop(id));
      } catch (error) {
        logger.warn('file-not-dropped', { code: problemOf(error).code });
      }
    }
  };

  let isMakingWay = false;
  const makeWay = async () => {
    if (isMakingWay) return;
    isMakingWay = true;
    try {
      await store.exclusively(() => store.makeWay());
    } catch (error) {
      logger.warn('file-not-dropped', { code: problemOf(error).code });
    }
    isMakingWay = false;
  };

  return {
    /** Serves files and tracks which of them posts name. */
    start(): void {
      if (stops.length > 0) return;
      transport.handle(FILES_PROTOCOL, (channel) =>
        stops.length > 0 ? server.answer(channel) : Promise.reject(problem('stopped')),
      );
      stops = [log.onCommit(onCommit), every(clock, TIDY_MS, tidy), quota.onTight(() => void makeWay())];
    },

    /** Ends transfers; they resume later from the chunks received. */
    async stop(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      fetcher.stop();
      await store.exclusively(async () => {});
    },

    /**
     * Stores a file. It is dropped if no post names it within a day.
     * Throws a Problem `file-too-large`, `file-budget`, `file-quota` or `disk-full`.
     */
    async put(
      source: Uint8Array | AsyncIterable<Uint8Array>,
      name: string,
      type: string,
    ): Promise<contract.Attachment> {
      const bytes = await gather(source);
      const own = { name: safeName(name), type: safeType(type) };
      const manifest = await storeWhole(bytes, own);
      return { cid: cidOf(manifest.id), name: own.name, type: own.type, sizeBytes: bytes.length, here: true };
    },

    /**
     * Stores bytes for this node alone, as long as they leave room for attachments. No peer is given them, and
     * they are not dropped.
     * @returns Their digest. Throws a Problem `file-quota` or `disk-full`.
     */
    async keep(bytes: Uint8Array, name: string): Promise<Uint8Array> {
      if (!store.hasRoom(bytes.length)) throw problem('file-quota');
      const { id } = await storeWhole(bytes, { name: safeName(name), type: 'application/octet-stream' });
      store.keep(id);
      return id;
    },

    /**
     * The whole file; missing chunks are fetched from peers first. Its name is that of the post or the
     * upload. Throws a Problem `bad-id`, `file-unavailable`, `cancelled`, `file-budget`, `file-quota`,
     * `disk-full` or `held-back`.
     */
    async get(cid: string, signal?: AbortSignal): Promise<{ bytes: Uint8Array; name: string; type: string }> {
      const id = digestOf(cid);
      let bytes = store.isComplete(id) ? await store.read(id) : null;
      if (!bytes) {
        await fetcher.fetch(id, signal);
        bytes = await store.read(id);
      }
      if ((await init.mayGive?.(id)) === false) {
        throw problem('held-back');
      }
      const row = store.row(id);
      if (!bytes || !row) throw problem('file-unreadable');
      return { bytes, name: row.name, type: row.type };
    },

    /** A file’s bytes, or null if it is not complete on this node. */
    read: (digest: Uint8Array): Promise<Uint8Array | null> => readWhole(store, digest),

    /** Whether a file is complete on this node. */
    has: (digest: Uint8Array): boolean => store.isComplete(digest),

    /** The reference to a stored file for a post. Throws a Problem `file-unknown`. */
    async attachment(digest: Uint8Array): Promise<FileRef> {
      const row = store.row(digest);
      if (!row || row.complete === 0) {
        throw problem('file-unknown');
      }
      return { cid: digest, name: row.name, type: row.type, size: row.size };
    },

    /** Drops a file that no post names any more, with its name. */
    forget: (digest: Uint8Array): Promise<void> =>
      store.exclusively(async () => {
        store.detached(digest);
        await store.drop(digest);
      }),

    /** The size of all chunks, in bytes. */
    usedBytes: (): number => store.usedBytes(),
  };
}
