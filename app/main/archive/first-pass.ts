import type { Clock } from '../kernel/clock.ts';
import { batchesOf } from './batches.ts';
import { isPast } from './dates.ts';
import type { ImportNotes } from './import-notes.ts';
import { derivedMessageId, type MessageOutline, type OutlinedMessage } from './message.ts';
import type { ArchivePiece, ArchiveReader, MailParser } from './ports.ts';
import { problem } from './problems.ts';
import { ThreadIndex } from './threading.ts';

type Message = Extract<ArchivePiece, { kind: 'message' }>;

interface FirstPassInit {
  readonly source: ArchiveReader;
  readonly parser: Pick<MailParser, 'outline'>;
  readonly clock: Clock;
  readonly notes: ImportNotes;
  /** Leaves out what names no board. */
  readonly needsBoard: boolean;
  readonly signal: AbortSignal | undefined;
  /** Called with how far the reading came, in the unit of {@link ArchiveReader.sizeBytes}. */
  readonly onPosition: (position: number) => void;
}

/** Reads the headers of all messages and finds their threads. Rejects with the error of `source` or `signal`. */
export async function readThrough(init: FirstPassInit): Promise<ThreadIndex> {
  const pass = new FirstPass(init);
  await pass.run();
  pass.index.resolve();
  return pass.index;
}

class FirstPass {
  readonly index = new ThreadIndex();
  readonly #init: FirstPassInit;
  /** The last date that was read. */
  #lastDate: number | null = null;

  constructor(init: FirstPassInit) {
    this.#init = init;
  }

  async run(): Promise<void> {
    const { source, parser, notes, signal, onPosition } = this.#init;
    const pieces = source.scan(signal);
    for await (const batch of batchesOf(pieces, (piece) => this.#noteBeside(piece))) {
      const outlines = await parser.outline(
        source.form,
        batch.map(({ bytes }) => bytes),
        signal,
      );
      for (const [at, piece] of batch.entries()) {
        notes.counts.read += 1;
        await this.#take(outlines[at], piece, notes.counts.read);
        onPosition(piece.position);
      }
    }
  }

  async #take(outlined: OutlinedMessage | undefined, piece: Message, number: number): Promise<void> {
    const { notes, needsBoard } = this.#init;
    const leaveOut = (reason: string) => notes.leaveOut(number, piece.place, reason);
    if (outlined?.ok !== true) {
      return leaveOut(outlined?.reason ?? problem.fields('archive-changed').message);
    }
    if (needsBoard && outlined.outline.board === null) {
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
