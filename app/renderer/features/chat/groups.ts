import type { ChatLine } from '../../../contract/index.ts';

/** One row of the room: a line, with its author and time where the line before does not tell them. */
export interface ChatRow {
  readonly id: string;
  readonly line: ChatLine;
  readonly head: boolean;
  /** The day that begins with this line, as its first millisecond, or null. */
  readonly day: number | null;
}

const GROUP_MS = 5 * 60_000;

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Lines as rows: those of one person within five minutes share a head, each day begins with its name. */
export function groupLines(lines: readonly ChatLine[]): ChatRow[] {
  return lines.map((line, i) => {
    const before = lines[i - 1];
    const newDay = before === undefined || dayOf(before.at) !== dayOf(line.at);
    const follows =
      !newDay &&
      before.author.did === line.author.did &&
      before.kind === 'say' &&
      line.kind === 'say' &&
      line.at - before.at < GROUP_MS;
    return { id: line.id, line, head: !follows, day: newDay ? dayOf(line.at) : null };
  });
}
