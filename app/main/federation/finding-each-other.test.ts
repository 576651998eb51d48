import { beforeEach, expect, test } from 'vitest';
import { createTestWorld, FOUNDER, type TestWorld } from '../sim/test-world.ts';
import { federatedOn } from './test-federation.ts';
import { Internet } from './test-internet.ts';

const addressOf = (name: string) =>
  `/ip4/${{ [FOUNDER]: '8.8.0.1', ada: '8.9.0.1', bob: '9.9.0.1' }[name]}/tcp/4001`;
let world: TestWorld;
let internet: Internet;
beforeEach(() => {
  world = createTestWorld();
  internet = new Internet(world);
});

/** The founder, Ada and Bob; both dialled only the founder. */
async function three() {
  const start = async (name: string) => {
    internet.open(name, addressOf(name));
    return federatedOn(world, internet, name, [addressOf(name)]);
  };
  const founder = await start(FOUNDER);
  for (const name of ['ada', 'bob']) founder.admit(name);
  const [ada, bob] = [await start('ada'), await start('bob')];
  for (const { federation } of [ada, bob]) {
    const dialled = federation.dial(`${addressOf(FOUNDER)}/p2p/${FOUNDER}`);
    await world.clock.pass(5000);
    await dialled;
  }
  return { founder, ada, bob };
}

test('[N4] [P5] members find each other by the records of a third, and posts still spread when the third is gone', async () => {
  const { founder, ada, bob } = await three();
  founder.federation.stop();
  await founder.transport.stop();
  await world.clock.pass(5000);
  expect(ada.connected()).toEqual(['bob']);
  ada.write('is anybody there?');
  await world.clock.pass(2000);
  bob.write('yes');
  await world.clock.pass(2000);
  expect(ada.texts.toSorted()).toEqual(['is anybody there?', 'yes']);
  expect(bob.texts.toSorted()).toEqual(ada.texts.toSorted());
});

test('[P1] [P5] a partition between all three is healed within seconds of its end, and nothing is lost', async () => {
  const nodes = Object.values(await three());
  world.network.partition([[FOUNDER], ['ada'], ['bob']]);
  for (const node of nodes) node.write(`${node.name} alone`);
  await world.clock.pass(8000);
  for (const node of nodes) expect(node.connected()).toEqual([]);
  world.network.heal();
  await world.clock.pass(30_000);
  for (const node of nodes) {
    expect(node.connected()).toHaveLength(2);
    expect(node.texts.toSorted()).toEqual(['ada alone', 'bob alone', 'founder alone']);
  }
});

test('[N4] [P6] a member that cannot be dialled learns a new address through a third within seconds', async () => {
  const { founder, ada, bob } = await three();
  internet.close(addressOf('bob'));
  await world.clock.pass(60_000);
  expect(bob.connected()).toEqual(['ada', FOUNDER]);
  const moved = '/ip4/8.8.77.1/tcp/4001';
  internet.close(addressOf(FOUNDER));
  internet.open(FOUNDER, moved);
  founder.around.listening = [moved];
  for (const { name } of [ada, bob]) world.network.cut(FOUNDER, name);
  founder.changed();
  await world.clock.pass(15_000);
  expect(bob.connected()).toEqual(['ada', FOUNDER]);
});

test('[P2] [N3] after a restart of all nodes the book is enough to reconnect', async () => {
  const nodes = Object.values(await three());
  for (const { federation, transport } of nodes) {
    federation.stop();
    await transport.stop();
  }
  await world.clock.pass(60_000);
  for (const { federation, transport } of nodes) {
    await transport.start();
    federation.start();
  }
  await world.clock.pass(10_000);
  for (const node of nodes) expect(node.connected()).toHaveLength(2);
});

test('[P7] malformed messages on every protocol of the federation do no harm', async () => {
  const { founder, ada } = await three();
  const eve = world.network.transport('eve');
  await eve.start();
  const dialled = eve.dial(`/memory/${FOUNDER}`);
  await world.clock.pass(10);
  await dialled;
  const junk = [
    new Uint8Array(),
    new Uint8Array([0xff]),
    new Uint8Array(100_000),
    new TextEncoder().encode('GET / HTTP/1.1'),
  ];
  for (const protocol of ['nodes', 'dial-back', 'punch', 'join']) {
    for (const message of junk) {
      const sent = eve.open(FOUNDER, `/impulse/${protocol}/1`).then(async (channel) => {
        await channel.send(message);
        return (await channel.receive().next()).value;
      });
      const answer = sent.catch(() => undefined);
      await world.clock.pass(15_000);
      if (protocol !== 'join') expect(await answer).toBeUndefined();
    }
  }
  founder.write('still here');
  await world.clock.pass(5000);
  expect(ada.texts).toEqual(['still here']);
});

test('[D2] [FJ3] [N4] [W4] a channel on which the peer sends nothing is aborted within fifteen seconds', async () => {
  const { founder, ada } = await three();
  founder.around.udpPort = 4001;
  const protocols = ['nodes', 'dial-back', 'punch', 'join'];
  const cutOff: string[] = [];
  for (const protocol of protocols)
    void ada.transport.open(FOUNDER, `/impulse/${protocol}/1`).then(async (channel) => {
      await channel
        .receive()
        .next()
        .catch(() => {});
      cutOff.push(protocol);
    });
  await world.clock.pass(1000);
  expect(cutOff).toEqual([]);
  await world.clock.pass(14_000);
  expect(cutOff.toSorted()).toEqual(protocols.toSorted());
});
