import type { Clock } from '../kernel/clock.ts';
import { batchesOf } from './batches.ts';
import { isPast } from './dates.ts';
import type { ImportNotes } from './import-notes.ts';
import { ForumEvidence } from './forum-scope.ts';
import { derivedMessageId, type MessageForm, type MessageOutline, type OutlinedMessage } from './message.ts';
import type { KnownPost } from './planned.ts';
import type { ArchivePiece, ArchiveReader, MailParser } from './ports.ts';
import { problem } from './problems.ts';
import { ThreadIndex } from './threading.ts';

type Message = Extract<ArchivePiece, { kind: 'message' }>;

interface FirstPassInit {
  readonly source: ArchiveReader;
  /** How its messages are written, and the scope of their ids. */
  readonly form: MessageForm;
  /** Which of these message ids the store holds already. */
  readonly known: (messageIds: string[]) => Promise<ReadonlyMap<string, KnownPost>>;
  readonly parser: Pick<MailParser, 'outline'>;
  readonly clock: Clock;
  readonly notes: ImportNotes;
  /** Leaves out what names no board. */
  readonly needsBoard: boolean;
  readonly signal: AbortSignal | undefined;
  /** Called with how far the reading came, in the unit of {@link ArchiveReader.sizeBytes}. */
  readonly onPosition: (position: number) => void;
}

/**
 * Reads the headers of all messages and finds their threads. Rejects with the error of `source` or `signal`, and with a
 * Problem `board-not-given` if the messages need a board and none names one.
 * @returns null if the ids are those of another forum, see {@link ForumEvidence}; then another scope is to be tried.
 */
export async function readThrough(init: FirstPassInit): Promise<ThreadIndex | null> {
  const pass = new FirstPass(init);
  if (!(await pass.run())) return null;
  pass.index.resolve();
  return pass.index;
}

class FirstPass {
  readonly index = new ThreadIndex();
  readonly #init: FirstPassInit;
  /** The last date that was read. */
  #lastDate: number | null = null;
  /** Messages that were left out because they name no board. */
  #boardless = 0;

  constructor(init: FirstPassInit) {
    this.#init = init;
  }

  /** Resolves to false if the ids are those of another forum. */
  async run(): Promise<boolean> {
    const { source, form, parser, notes, signal, clock, known, onPosition } = this.#init;
    const evidence = new ForumEvidence(form, known, clock.now());
    const pieces = source.scan(signal);
    for await (const batch of batchesOf(pieces, (piece) => this.#noteBeside(piece))) {
      const outlines = await parser.outline(
        form,
        batch.map(({ bytes }) => bytes),
        signal,
      );
      if ((await evidence.add(outlines)) && evidence.isOtherForum) return false;
      for (const [at, piece] of batch.entries()) {
        notes.counts.read += 1;
        await this.#take(outlines[at], piece, notes.counts.read);
        onPosition(piece.position);
      }
    }
    if (evidence.isOtherForum) return false;
    if (this.#boardless > 0 && this.index.count === 0) throw problem('board-not-given');
    return true;
  }

  async #take(outlined: OutlinedMessage | undefined, piece: Message, number: number): Promise<void> {
    const { notes, needsBoard } = this.#init;
    const leaveOut = (reason: string) => notes.leaveOut(number, piece.place, reason);
    if (outlined?.ok !== true) {
      return leaveOut(outlined?.reason ?? problem.fields('archive-changed').message);
    }
    if (needsBoard && outlined.outline.board === null) {
      this.#boardless += 1;
      return leaveOut(problem.fields('no-board-named').message);
    }
    await this.#addRow(outlined.outline, piece, number);
  }

  /** Gives a message its row. */
  async #addRow(outline: MessageOutline, piece: Message, number: number): Promise<void> {
    const { notes } = this.#init;
    const { place, length } = piece;
    const date = this.#dateOf(outline, piece);
    const row = { place, length, number, date: date ?? this.#lastDate };
    let fate = this.index.add(outline, row);
    if (fate === 'other') {
      const messageId = await derivedMessageId(piece.bytes);
      fate = this.index.add({ ...outline, messageId }, { ...row, renamed: true });
      if (fate === 'added') notes.note(number, place, 'same-id');
    }
    if (fate !== 'added') notes.counts.duplicates += 1;
    else if (date === null) notes.note(number, place, 'no-date');
    this.#lastDate = date ?? this.#lastDate;
    for (const stray of piece.strays) notes.note(number, stray, 'stray-separator');
  }

  /** The message's own date unless it is in the future, else that of its delivery; null if it has neither. */
  #dateOf({ date }: MessageOutline, piece: Message): number | null {
    const now = this.#init.clock.now();
    return [date, piece.date].find((one) => one !== null && isPast(one, now)) ?? null;
  }

  #noteBeside({ kind, place, reason }: Exclude<ArchivePiece, Message>): void {
    const { notes } = this.#init;
    if (kind === 'remark') return notes.beside(place, reason);
    notes.counts.read += 1;
    notes.leaveOut(notes.counts.read, place, reason);
  }
}
