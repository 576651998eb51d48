import { boardKinds } from '../../app/main/boards/kinds.ts';
import { digestOf } from '../../app/main/kernel/cid.ts';
import type { EventDraft } from '../../app/main/log/own-events.ts';
import type { Community } from '../../app/main/node/community.ts';

const WORDS =
  'harbour lantern copper winter signal orchard river timber anchor violet meadow engine thunder paper silver garden mirror candle bridge falcon marble compass velvet island pepper saddle rocket basket window feather'.split(
    ' ',
  );

/** About `bytes` bytes of text, with words in an order that only `seed` determines. */
export function textOf(seed: number, bytes: number): string {
  let state = (seed * 2654435761) >>> 0 || 1;
  const parts: string[] = [];
  for (let length = 0; length < bytes;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const word = WORDS[state % WORDS.length]!;
    parts.push(word);
    length += word.length + 1;
  }
  return parts.join(' ').slice(0, bytes);
}

/** Drafts for a community's first board: 100 threads that are answered in turn. */
export class PostDrafts {
  readonly #board: Uint8Array;
  readonly #threads: Uint8Array[];
  readonly #textBytes: number;

  /** Starts the threads. `textBytes` of about 200 make events of about 400 bytes. */
  constructor(community: Community, signer: Parameters<Community['log']['append']>[0], textBytes: number) {
    const board = community.boards.list()[0]!;
    this.#board = digestOf(board.id);
    this.#textBytes = textBytes;
    this.#threads = community.log
      .appendAll(
        signer,
        Array.from({ length: 100 }, (_, index) => ({
          kind: boardKinds.start.name,
          body: {
            board: this.#board,
            subject: `Thread ${index} about ${textOf(index, 20)}`,
            text: textOf(index, textBytes),
            format: 'plain',
            attachments: [],
          },
        })),
      )
      .map(({ id }) => id);
  }

  reply(index: number): EventDraft {
    return {
      kind: boardKinds.reply.name,
      body: {
        board: this.#board,
        thread: this.#threads[index % this.#threads.length]!,
        text: textOf(index + 1000, this.#textBytes),
        format: 'plain',
        attachments: [],
      },
    };
  }
}
