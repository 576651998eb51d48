import type { ChatLine } from '../../../contract/index.ts';

/** One row of the chat: a line, with its author and time if the previous line does not show them. */
export interface ChatRow {
  readonly id: string;
  readonly line: ChatLine;
  readonly head: boolean;
  /** The first millisecond of the day, if this line is the day’s first, or null. */
  readonly day: number | null;
}

const GROUP_MS = 5 * 60_000;

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/**
 * Lines as rows: lines of one person within five minutes share a header, and each day starts with its name.
 */
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
