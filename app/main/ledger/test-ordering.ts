import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { silentLogger } from '../kernel/logger.ts';
import { memoryBls } from '../platform/memory/bls.ts';
import { MemoryLogFile } from '../platform/memory/log-file.ts';
import type { MemoryNetwork } from '../platform/memory/network.ts';
import type { Chain } from './chain/chain.ts';
import type { SignState } from './consensus/sign-state.ts';
import { VoteLog } from './consensus/vote-log.ts';
import { Ordering } from './ordering.ts';
import type { Person } from './test-ledger.ts';

/** A validator's node in a network in memory: started, with a vote log of its own; the caller stops it. */
export async function startOrdering(
  { name, bls }: Person,
  node: { chain: Chain; db: Database; clock: Clock; network: MemoryNetwork; farBlocks?: number },
) {
  const { network, ...own } = node;
  const votes = new VoteLog([new MemoryLogFile(), new MemoryLogFile()]);
  await votes.begin(bls.publicKey);
  let signState: SignState | null = { votes: 0, slot: 0 };
  const transport = network.transport(name);
  const ordering = new Ordering({
    ...own,
    bls: memoryBls,
    signer: bls,
    journal: {
      votes,
      signState: { read: async () => signState, write: async (next) => void (signState = next) },
    },
    transport,
    logger: silentLogger,
  });
  await transport.start();
  await ordering.start();
  return { ordering, transport };
}
