import type { Clock } from '../kernel/clock.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { fromLineDate } from './mail-text.ts';
import type { OriginalMessage } from './planned.ts';
import type { ArchiveOutput } from './ports.ts';
import type { ArchiveProgress } from './progress.ts';

const EPOCH = fromLineDate(0);

/**
 * Writes mails as they came into an mbox (mboxrd). The file appears when it is complete. Rejects with the
 * output's Problem or the signal's reason.
 * @returns How many mails were written.
 */
export async function exportOriginals(options: {
  readonly mails: AsyncIterable<OriginalMessage>;
  readonly total: number;
  readonly output: ArchiveOutput;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ArchiveProgress) => void) | undefined;
}): Promise<number> {
  const writer = new ArchiveWriter(options);
  try {
    for await (const { bytes } of options.mails) {
      options.signal?.throwIfAborted();
      await writer.add(entryOf(bytes));
    }
    return await writer.end();
  } catch (error) {
    await options.output.discard();
    throw error;
  }
}

/** One mail with a separator; lines that look like one are escaped. */
function entryOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const own = text.startsWith('From ') ? text.slice(text.indexOf('\n') + 1) : text;
  const escaped = own
    .split('\n')
    .map((line) => (isEscapable(line) ? `>${line}` : line))
    .join('\n');
  const end = escaped.endsWith('\n') ? '\n' : '\n\n';
  return Buffer.from(`From originals@impulse.invalid ${EPOCH}\n${escaped}${end}`, 'latin1');
}

/** Whether a line is "From " after any number of ">". */
function isEscapable(line: string): boolean {
  let at = 0;
  while (line[at] === '>') at += 1;
  return line.startsWith('From ', at);
}
