import { silentLogger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import { personOf, type TestWorld, verifier } from '../sim/test-world.ts';
import { federationMigrations } from './index.ts';
import { NodeBook } from './node-book.ts';
import { NodeExchange } from './node-exchange.ts';
import type { NodeRecord } from './node-record.ts';

/** A node that only exchanges records. */
export async function exchangingNode(world: TestWorld, name: string) {
  const { db, log, signer, roster, transport, sync, live, admit } = await world.node(
    name,
    federationMigrations,
  );
  sync.stop();
  live.stop();
  const { clock } = world;
  const book = new NodeBook(db, clock);
  /** The times at which a copy of its key was noticed. */
  const copies: number[] = [];
  const exchange = new NodeExchange({
    log,
    transport,
    network: world.network.view(name, personOf),
    clock,
    signer,
    verifier,
    authority: roster,
    logger: silentLogger,
    book,
    nodeName: () => name,
    onCopy: () => copies.push(clock.now()),
  });
  /** The records of itself that it stored. */
  const own: NodeRecord[] = [];
  book.onRecord((record) => {
    if (record.peer === name) own.push(record);
  });
  exchange.start();
  return { name, transport, book, exchange, copies, own, admit };
}
export type ExchangingNode = Awaited<ReturnType<typeof exchangingNode>>;

/** Connects two nodes of a memory network. */
export async function connect(world: TestWorld, from: Pick<Transport, 'dial'>, to: string): Promise<void> {
  const dialled = from.dial(`/memory/${to}`);
  await world.clock.pass(10);
  await dialled;
}
