import { VoteLog, type SignState } from '../ledger/index.ts';
import type { OpenVoteJournal } from '../node/vote-journal.ts';
import { MemoryLogFile } from '../platform/memory/log-file.ts';

const ROOM_BYTES = 16 * 1024;

/**
 * The vote log of one node, on a separate disk that loses nothing: the worlds of `ledger/` test votes on bad
 * disks.
 */
export function memoryVoteJournal(): OpenVoteJournal {
  const votes = new VoteLog([new MemoryLogFile(ROOM_BYTES), new MemoryLogFile(ROOM_BYTES)]);
  let signState: SignState | null = { votes: 0, slot: 0 };
  return {
    votes,
    signState: {
      read: async () => signState,
      async write(next) {
        signState = next;
      },
    },
    async close() {},
  };
}
