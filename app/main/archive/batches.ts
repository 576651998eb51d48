import type { ArchivePiece } from './ports.ts';

type Message = Extract<ArchivePiece, { kind: 'message' }>;

const BATCH_MESSAGES = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * The messages of a scan in batches, each with its bytes, which a scan lends for one step only.
 * @param onOther Called in order for everything that is no message.
 */
export async function* batchesOf(
  pieces: AsyncIterable<ArchivePiece>,
  onOther: (piece: Exclude<ArchivePiece, Message>) => void = () => {},
): AsyncGenerator<Message[]> {
  let batch: Message[] = [];
  let sizeBytes = 0;
  for await (const piece of pieces) {
    if (piece.kind !== 'message') {
      onOther(piece);
      continue;
    }
    batch.push({ ...piece, bytes: new Uint8Array(piece.bytes) });
    sizeBytes += piece.length;
    if (batch.length < BATCH_MESSAGES && sizeBytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    sizeBytes = 0;
  }
  if (batch.length > 0) yield batch;
}
