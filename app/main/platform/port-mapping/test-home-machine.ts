/**
 * A machine in a home network, run as a program: it serves a word on some TCP ports, executes each line of
 * its input, and answers in lines of JSON: `map pcp 4001`, `unmap pcp 4001`, `epoch`, `want 4001`, `stop`.
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { defaultRouter } from './default-gateway.ts';
import { localAddressTowards } from './exchange.ts';
import { createPortMapper } from './index.ts';
import { natPmpClient, Nonces, pcpClient } from './mapping-clients.ts';
import type { Line } from './router.ts';
import { findUpnpClient } from './upnp-client.ts';

const signal = AbortSignal.timeout(60_000);
const router = await defaultRouter();
if (router === null) throw new Error('There is no default route.');
let epochSeconds = 0;
const line: Line = {
  router,
  localAddress: await localAddressTowards(router),
  clock: systemClock,
  onEpoch: (seconds) => (epochSeconds = seconds),
};
const clients = {
  pcp: async () => pcpClient(line, nonces),
  'nat-pmp': async () => natPmpClient(line),
  upnp: async () => findUpnpClient(line, signal),
};
const nonces = new Nonces();
const mapper = createPortMapper({ clock: systemClock, logger: silentLogger });
const print = (value: unknown) => console.log(JSON.stringify(value));
mapper.onChange(() => print(mapper.current()));

function serve(port: number): void {
  createServer((socket) => socket.end('home')).listen(port);
}

for await (const words of createInterface({ input: process.stdin })) {
  const [verb, argument = '', portText] = words.split(' ');
  const wanted = { protocol: 'tcp', port: Number(portText ?? argument) } as const;
  if (verb === 'map') {
    serve(wanted.port);
    const client = await clients[argument as keyof typeof clients]();
    print({ by: client.by, ...(await client.map(wanted, wanted.port, signal)) });
  } else if (verb === 'unmap') {
    const client = await clients[argument as keyof typeof clients]();
    await client.unmap(wanted, wanted.port, signal);
    print('unmapped');
  } else if (verb === 'epoch') {
    await natPmpClient(line).unmap({ protocol: 'udp', port: 9 }, 9, signal);
    print(epochSeconds);
  } else if (verb === 'want') {
    serve(wanted.port);
    mapper.want([wanted]);
  } else {
    await mapper.stop();
    print('stopped');
    process.exit();
  }
}
