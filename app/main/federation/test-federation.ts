import { defaultSettings, type Settings } from '../../contract/settings.ts';
import { Problem } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Transport } from '../log/transport.ts';
import { personOf, seededRandom, type TestWorld, verifier } from '../sim/test-world.ts';
import { createFederation, federationMigrations } from './index.ts';
import type { Internet } from './test-internet.ts';

/** A node with its whole federation on a test internet, at the given addresses. */
export async function federatedOn(
  world: TestWorld,
  internet: Internet,
  name: string,
  listening: readonly string[],
  network: Partial<Settings['network']> = {},
) {
  const node = await world.node(name, federationMigrations);
  node.sync.stop();
  node.live.stop();
  const place = internet.place(name);
  place.around.listening = [...listening];
  const notices: string[] = [];
  const federation = createFederation({
    log: node.log,
    transport: place.transport,
    network: place.network,
    platform: 'linux',
    alone: false,
    setNetwork: async () => {},
    notices: { put: ({ id }) => notices.push(id), remove() {} },
    clock: world.clock,
    random: seededRandom(name),
    signer: node.signer,
    verifier,
    authority: node.roster,
    logger: silentLogger,
    db: node.db,
    genesis: world.genesis,
    communityName: () => 'The Lighthouse',
    nodeName: () => name,
    settings: () => ({ ...defaultSettings.network, listen: 'everywhere', ...network }),
    handleOf: (key) => node.roster.member(key)?.handle ?? null,
    isOff: () => false,
    protocol: () => 1,
    admit: async ({ handle, role }) => node.admit(handle, role),
  });
  federation.start();
  const connected = () =>
    place.transport
      .peers()
      .map(({ peer }) => peer)
      .toSorted();
  return { ...node, ...place, federation, notices, connected };
}

/** The same on the memory network, where an address is a name; `make` restarts it. The ledger is of a version `protocol`. */
export async function federated(world: TestWorld, name: string, protocol = 1) {
  const node = await world.node(name, federationMigrations);
  node.sync.stop();
  node.live.stop();
  const make = (transport: Transport) =>
    createFederation({
      log: node.log,
      transport,
      network: world.network.view(name, personOf),
      platform: 'linux',
      alone: false,
      setNetwork: async () => {},
      notices: { put() {}, remove() {} },
      clock: world.clock,
      random: seededRandom(name),
      signer: node.signer,
      verifier,
      authority: node.roster,
      logger: silentLogger,
      db: node.db,
      genesis: world.genesis,
      communityName: () => 'The Lighthouse',
      nodeName: () => `${name}’s node`,
      settings: () => defaultSettings.network,
      handleOf: (key) => node.roster.member(key)?.handle ?? null,
      isOff: () => false,
      protocol: () => protocol,
      admit: async ({ handle, role }) => {
        if (node.roster.members().some((member) => member.handle === handle)) {
          throw new Problem('handle-taken', 'This handle is taken.', 'Choose another handle.');
        }
        node.admit(handle, role);
      },
    });
  const federation = make(node.transport);
  federation.start();
  return { ...node, federation, make };
}
