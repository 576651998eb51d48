import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PortMapperState } from '../../federation/ports.ts';
import { EXTERNAL_ADDRESS, HomeNetwork, homeNetworkObstacle, WAN_ADDRESS } from './test-home-network.ts';

const obstacle = homeNetworkObstacle();
if (obstacle !== null) console.log(`*** Port mapping with miniupnpd was skipped: ${obstacle}. ***`);

const DEADLINE_MS = 15_000;
const VISITOR = `
  const socket = require('node:net').connect({ host: process.argv[1], port: Number(process.argv[2]) });
  socket.setTimeout(1000, () => socket.destroy());
  socket.on('error', () => {});
  socket.pipe(process.stdout);
`;

describe.skipIf(obstacle !== null)('a home network with miniupnpd', () => {
  let network: HomeNetwork;
  let machine: ChildProcess;
  let printed: AsyncIterator<string>;

  beforeAll(async () => {
    network = await HomeNetwork.create();
    const script = fileURLToPath(new URL('test-home-machine.ts', import.meta.url));
    machine = network.run('home', process.execPath, [script]);
    machine.stderr?.pipe(process.stderr);
    printed = createInterface({ input: machine.stdout! })[Symbol.asyncIterator]();
  });

  afterAll(() => network?.close());

  const tell = (words: string) => machine.stdin!.write(`${words}\n`);
  const next = async (): Promise<unknown> => JSON.parse((await printed.next()).value as string);

  /** Reads from a port of the router as a machine outside. */
  async function visit(port: number): Promise<string> {
    const visitor = network.run('outside', process.execPath, ['-e', VISITOR, WAN_ADDRESS, String(port)]);
    let read = '';
    for await (const chunk of visitor.stdout!) read += chunk;
    return read;
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) expect.fail('The deadline passed.');
      await delay(50);
    }
  }

  it.each([
    ['pcp', 4001],
    ['nat-pmp', 4002],
    ['upnp', 4003],
  ])(
    'admits a machine outside through a port mapped by %s, until the mapping is removed',
    async (by, port) => {
      expect(await visit(port)).toBe('');
      tell(`map ${by} ${port}`);
      expect(await next()).toMatchObject({ by, externalHost: EXTERNAL_ADDRESS, externalPort: port });
      expect(await visit(port)).toBe('home');
      tell(`unmap ${by} ${port}`);
      expect(await next()).toBe('unmapped');
      expect(await visit(port)).toBe('');
    },
  );

  it('has the wanted port mapped, again after a restart of the router, and not after the stop', async () => {
    const mapped: PortMapperState = {
      state: 'mapped',
      mapped: [
        {
          protocol: 'tcp',
          internalPort: 4010,
          externalHost: EXTERNAL_ADDRESS,
          externalPort: 4010,
          by: 'pcp',
        },
      ],
      gateway: '192.168.77.1',
    };
    // A restart is visible in the epoch only after the router was up for more than a second.
    await until(async () => {
      tell('epoch');
      return ((await next()) as number) > 2;
    });
    tell('want 4010');
    expect(await next()).toMatchObject({ state: 'searching' });
    expect(await next()).toEqual(mapped);
    expect(await visit(4010)).toBe('home');

    await network.stopRouter();
    network.startRouter();
    expect(await visit(4010)).toBe('');
    await until(async () => (await visit(4010)) === 'home');

    tell('stop');
    expect(await next()).toMatchObject({ state: 'off' });
    expect(await next()).toBe('stopped');
    expect(await visit(4010)).toBe('');
  });
});
