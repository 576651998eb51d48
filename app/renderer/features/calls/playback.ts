import type { CommunityClient } from '../../../contract/index.ts';

/** Bytes of each piece that is fetched. */
const PIECE = 256 * 1024;

export interface Fetching {
  readonly recording: string;
  readonly bytes: number;
  readonly type: string;
  readonly signal: AbortSignal;
  /** How much of the file is here, from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/** Fetches the file of a recording from the node, piece by piece. Rejects if the node refuses. */
export async function fetchRecording(
  read: CommunityClient['calls']['readRecording'],
  { recording, bytes, type, signal, onProgress }: Fetching,
): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  while (offset < bytes) {
    signal.throwIfAborted();
    const piece = fromBase64((await read({ recording, offset, length: PIECE }, { signal })).bytes);
    if (piece.length === 0) break;
    pieces.push(piece);
    offset += piece.length;
    onProgress(Math.min(1, offset / bytes));
  }
  return new Blob(pieces, { type });
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
