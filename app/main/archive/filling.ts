import type { ImportCounts } from '../../contract/archive.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import type { BoardLabel } from './board-label.ts';
import { importArchive } from './importer.ts';
import { ImportNotes } from './import-notes.ts';
import type { JobReport } from './jobs.ts';
import type { KnownPost, OriginalMessage, PlannedPost } from './planned.ts';
import type { ArchiveReader, MailParser } from './ports.ts';
import { problem } from './problems.ts';

/** A shorter name is replaced by the short name of the board. */
const LEAST_NAME_CHARS = 2;

/** A board with what archives need: its name and its digest. */
export interface ArchiveBoard {
  readonly id: Uint8Array;
  readonly name: string;
}

/** The boards of the community, as imports use them. */
export interface ArchiveBoards {
  /** @throws {Problem} `board-unknown`, or `out-of-role` if this node's person may not post. */
  byId(cid: string): ArchiveBoard;
  bySlug(slug: string): ArchiveBoard | null;
  create(board: { slug: string; name: string; description: string }): ArchiveBoard;
}

export interface FillingInit {
  readonly parser: MailParser;
  readonly clock: Clock;
  readonly boards: ArchiveBoards;
  readonly posts: {
    known(messageIds: string[]): Promise<ReadonlyMap<string, KnownPost>>;
    sink(board: Uint8Array): (batch: PlannedPost[]) => Promise<void>;
  };
  /** Keeps mails as they came. Rejects with a Problem if there is no room. */
  keep(batch: readonly OriginalMessage[]): Promise<void>;
}

export interface Filling {
  /** The board for all messages; null puts each into the board that the archive names. */
  readonly board: ArchiveBoard | null;
  /** Makes boards that the archive names and the community lacks. */
  readonly create: boolean;
  readonly dryRun: boolean;
  /** Takes messages that name no board; only for a dry run. */
  readonly anyBoard: boolean;
  readonly keepOriginals: boolean;
}

/**
 * Imports one archive. Reports its counts and issues, also if it fails. Rejects with a Problem `nothing-imported` or
 * `no-messages` if it leaves nothing behind, `board-not-given` if no message names a board, and those of the archive and
 * of the boards.
 */
export async function fillBoards(
  init: FillingInit,
  source: ArchiveReader,
  filling: Filling,
  report: Pick<JobReport, 'signal'> & Partial<JobReport>,
): Promise<ImportCounts> {
  const { parser, clock, posts } = init;
  const keepsMail = filling.keepOriginals && !filling.dryRun && source.form.kind === 'mail';
  const kept = new KeptOriginals(init);
  const notes = new ImportNotes(source);
  const tell = () => {
    report.counts?.({ ...notes.counts });
    report.issues?.([...notes.issues.list, ...kept.issues()], notes.issues.dropped);
  };
  const work = importArchive({
    source,
    notes,
    parser,
    clock,
    known: (ids) => posts.known(ids),
    needsBoard: filling.board === null && !(filling.dryRun && filling.anyBoard),
    sink: filling.dryRun ? undefined : sinkOf(init, filling),
    keep: keepsMail ? (batch) => kept.keep(batch) : undefined,
    signal: report.signal,
    onProgress: (progress, soFar) => {
      report.progress?.(progress);
      report.counts?.(soFar);
    },
  });
  try {
    await work;
    tell();
  } catch (error) {
    // Its one sentence says the same of every message.
    if (problemOf(error).code !== 'board-not-given') tell();
    throw error;
  }
  const { counts, issues } = notes;
  if (counts.read === 0) throw problem('no-messages');
  if (counts.imported + counts.duplicates === 0) {
    throw problem('nothing-imported', { count: counts.read, reason: issues.list[0]?.reason ?? '' });
  }
  return counts;
}

/** Keeps originals while there is room, and remembers how many it could not keep. */
class KeptOriginals {
  readonly #init: FillingInit;
  #left = 0;
  #reason = '';

  constructor(init: FillingInit) {
    this.#init = init;
  }

  async keep(batch: readonly OriginalMessage[]): Promise<void> {
    try {
      await this.#init.keep(batch);
    } catch (error) {
      this.#left += batch.length;
      this.#reason = problemOf(error).message;
    }
  }

  issues() {
    if (this.#left === 0) return [];
    const { message: reason } = problem.fields('originals-not-kept', {
      count: this.#left,
      reason: this.#reason,
    });
    return [{ message: null, place: 'originals', reason, outcome: 'kept' as const }];
  }
}

function sinkOf({ posts, boards }: FillingInit, { board, create }: Filling) {
  if (board !== null) return posts.sink(board.id);
  const sinks = new Map<string, (batch: PlannedPost[]) => Promise<void>>();
  const sinkFor = ({ slug, name, description }: BoardLabel) => {
    const made = { slug, name: name.length < LEAST_NAME_CHARS ? slug : name, description };
    const held = sinks.get(slug);
    if (held !== undefined) return held;
    const target = boards.bySlug(slug) ?? (create ? boards.create(made) : null);
    if (target === null) throw problem('board-missing', { slug });
    const sink = posts.sink(target.id);
    sinks.set(slug, sink);
    return sink;
  };
  return async (batch: PlannedPost[]): Promise<void> => {
    // In runs of one board, so that parents stay before their children.
    for (let from = 0; from < batch.length;) {
      const label = batch[from]?.board ?? null;
      if (label === null) throw problem('archive-changed');
      let to = from + 1;
      while (to < batch.length && batch[to]?.board?.slug === label.slug) to++;
      await sinkFor(label)(batch.slice(from, to));
      from = to;
    }
  };
}
