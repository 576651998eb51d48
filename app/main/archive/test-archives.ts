import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { diskFiles } from '../platform/mail/files.ts';
import { MailParserPool } from '../platform/mail/pool.ts';
import {
  exportArchive,
  importArchive,
  openArchive,
  type ExportedPost,
  type KnownPost,
  type PlannedPost,
} from './index.ts';

export const files = diskFiles();
export const HARBOUR = { slug: 'harbour', name: 'Häfen', description: 'Ships & tides' };
const DID = 'did:key:z6MkexampleExample';

/** Archives in a folder of their own, and the parser that reads them. */
export class TestArchives {
  readonly folder: string;
  readonly parser = new MailParserPool({ clock: systemClock });

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<TestArchives> {
    return new TestArchives(await mkdtemp(join(tmpdir(), 'archive-test-')));
  }

  /** Writes a file and returns its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  /** Imports the archive at `path` into a board. */
  async bring(board: Board, path: string, signal?: AbortSignal) {
    const source = await openArchive(files, path, { signal });
    try {
      return await importArchive({
        source,
        parser: this.parser,
        clock: systemClock,
        sink: board.sink,
        known: board.known,
        signal,
      });
    } finally {
      await source.close();
    }
  }

  /** Exports a board to a file and returns its path. */
  async save(board: Board, name: string, format: 'mbox' | 'jsonl'): Promise<string> {
    const path = join(this.folder, name);
    const output = await files.create(path);
    await exportArchive({ posts: board.exported(), total: null, format, output, clock: systemClock });
    return path;
  }

  /** Ends the parser and removes the folder. */
  async close(): Promise<void> {
    await this.parser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A store in memory that refuses a child before its parent, as a real one would. */
export class Board {
  readonly posts = new Map<string, PlannedPost & { thread: string }>();
  readonly batches: number[] = [];

  known = async (ids: string[]): Promise<Map<string, KnownPost>> =>
    new Map(
      ids.flatMap((id) => {
        const post = this.posts.get(id);
        return post === undefined ? [] : [[id, { thread: post.thread, post: id, date: post.date }]];
      }),
    );

  sink = async (batch: PlannedPost[]): Promise<void> => {
    this.batches.push(batch.length);
    for (const post of batch) {
      const above = post.parentKey === null ? null : this.posts.get(post.parentKey);
      if (above === undefined) throw new Error(`${post.key} came before ${post.parentKey}`);
      this.posts.set(post.key, { ...post, thread: above?.thread ?? post.key });
    }
  };

  tree(): Record<string, string | null> {
    return Object.fromEntries([...this.posts.values()].map((post) => [post.key, post.parentKey]).sort());
  }

  async *exported(): AsyncGenerator<ExportedPost> {
    for (const post of this.posts.values()) {
      const references: string[] = [];
      for (let up = post.parentKey; up !== null; up = this.posts.get(up)?.parentKey ?? null)
        references.unshift(up);
      yield {
        messageId: post.key,
        references: references.slice(-50),
        subject: post.subject,
        fromName: post.fromName,
        fromDid: DID,
        importedBy: 'mara',
        date: post.date,
        text: post.text,
        format: post.format,
        board: post.board ?? HARBOUR,
        attachments: post.attachments,
        filesMissing: 0,
      };
    }
  }
}

/** An mbox of these mails. */
export function mbox(...mails: string[]): string {
  return mails.map((mail) => `From x@y Thu Aug 22 12:36:23 2002\n${mail}\n`).join('');
}

export const START =
  'Message-ID: <start@x>\nFrom: Ann <a@x>\nSubject: Hello\nDate: Thu, 22 Aug 2002 12:00:00 +0000\n\nhello\n';
export const ANSWER =
  'Message-ID: <answer@x>\nReferences: <start@x>\nFrom: Ben <b@x>\nSubject: Re: Hello\nDate: Thu, 22 Aug 2002 13:00:00 +0000\n\n> hello\nhi\n';
export const LAST =
  'Message-ID: <last@x>\nReferences: <start@x> <answer@x>\nFrom: Ann <a@x>\nSubject: Re: Hello\n\nbye\n';
