import { silentLogger } from '../kernel/logger.ts';
import type { TestWorld } from '../sim/test-world.ts';
import { DialBack, type DialBackInit } from './dial-back.ts';
import type { Internet, Place } from './test-internet.ts';

/** A started node with dial-back; by default it takes all peers for members with one node each. */
export async function dialBackNode(
  world: TestWorld,
  internet: Internet,
  name: string,
  views: Partial<Pick<DialBackInit, 'isMember' | 'memberOf'>> = {},
) {
  const place = internet.place(name);
  await place.transport.start();
  const dialBack = new DialBack({
    ...place,
    clock: world.clock,
    logger: silentLogger,
    isMember: () => true,
    memberOf: (peer) => peer,
    ...views,
  });
  dialBack.start();
  return { ...place, name, dialBack };
}

/** Connects a node to a peer seen at an address, by default one on the internet. */
export async function connectAt(
  world: TestWorld,
  from: Pick<Place, 'transport' | 'around'>,
  to: string,
  seenAt = '/ip4/9.9.9.9/tcp/4001',
): Promise<void> {
  from.around.links.set(to, { address: seenAt });
  const dialled = world.network.transport(from.transport.self).dial(`/memory/${to}`);
  await world.clock.pass(10);
  await dialled;
}
