import type { Job } from '../../contract/archive.ts';
import { systemClock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import {
  createArchive,
  type ExportedPost,
  type KnownPost,
  type OriginalMessage,
  type PlannedPost,
} from './index.ts';
import { files, type TestArchives } from './test-archives.ts';

/**
 * The archive service on boards in memory, with the posts each board received.
 * @param hold What storing a batch waits for.
 * @param keepFails Whether there is no space for originals.
 */
export function world(
  { parser }: TestArchives,
  hold: () => Promise<void> = async () => {},
  keepFails = false,
) {
  const boards = new Map<string, { id: Uint8Array; name: string; posts: PlannedPost[] }>();
  const add = (slug: string, name: string) => {
    const board = { id: Buffer.from(slug), name, posts: [] };
    boards.set(slug, board);
    return board;
  };
  const held = () => [...boards.values()].flatMap(({ posts }) => posts);
  let count = 0;
  const kept: OriginalMessage[] = [];
  const archive = createArchive({
    files,
    parser,
    clock: systemClock,
    newId: () => `job-${++count}`,
    posts: {
      known: async (ids) => {
        const wanted = new Set(ids);
        const known = held().filter(({ key }) => wanted.has(key));
        return new Map(
          known.map(({ key, threadKey, date }): [string, KnownPost] => [
            key,
            { thread: threadKey, post: key, date },
          ]),
        );
      },
      sink: (board) => async (batch) => {
        await hold();
        boards.get(Buffer.from(board).toString())!.posts.push(...batch);
      },
      total: () => held().length,
      leftOut: () => ({ waiting: 2, held: 1, deleted: 0 }),
      async *exported() {
        for (const post of held()) yield exportedOf(post);
      },
    },
    boards: {
      byId(cid) {
        const board = boards.get(cid);
        if (!board) throw new Problem('board-unknown', 'There is no such board here.', null);
        return board;
      },
      bySlug: (slug) => boards.get(slug) ?? null,
      create: ({ slug, name }) => add(slug, name),
    },
    originals: {
      keep: async (batch) => {
        if (keepFails) throw new Problem('file-quota', 'There is no space left.', null);
        kept.push(...batch);
      },
      count: () => kept.length,
      async *all() {
        yield* kept;
      },
    },
    demoDirectory: demoDirectory(),
  });
  return { archive, boards, add, held, kept };
}

function exportedOf(post: PlannedPost): ExportedPost {
  return {
    messageId: post.key,
    references: post.parentKey === null ? [] : [post.parentKey],
    subject: post.subject,
    fromName: post.fromName,
    importedBy: null,
    fromDid: 'did:key:z6Mk',
    date: post.date,
    text: post.text,
    format: post.format,
    board: post.board ?? { slug: 'harbour', name: 'Harbour', description: '' },
    filesMissing: 0,
    attachments: post.attachments,
  };
}

/** The job once it is no longer running. */
export function ended(archive: ReturnType<typeof world>['archive'], { id }: Job): Promise<Job> {
  return new Promise((resolve) => {
    const stop = archive.watch((jobs) => {
      const job = jobs.find((one) => one.id === id);
      if (!job || job.state === 'running') return;
      stop();
      resolve(job);
    });
  });
}

/** A mail in mbox form, with its separator. */
export const mail = (n: number) =>
  `From x Mon Jan  1 00:00:00 2001\nMessage-ID: <m${n}@x>\nFrom: Ines <ines@x>\nSubject: Storm ${n}\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n\nText ${n}\n\n`;
/** An mbox of that many mails. */
export const numberedMbox = (count: number) => Array.from({ length: count }, (_, n) => mail(n)).join('');

/** An archive that is uploaded. */
export const upload = (text: string, name = 'a.mbox') => ({ file: new File([text], name) });
