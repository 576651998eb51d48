import { networkInterfaces } from 'node:os';
import type { Settings } from '../../contract/index.ts';
import type { RelayOptions, SfuOptions } from '../calls/index.ts';

/** The addresses of this machine that other machines may reach. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address),
  );
}

/**
 * Where the media of calls are received: on this machine alone if the network of the node is, else at each of its
 * addresses. The address that the sysop announces stands for the first of them, which is told as well.
 *
 * @param addresses those of the machine.
 */
export function mediaAddresses(
  { network, calls }: Pick<Settings, 'network' | 'calls'>,
  addresses: readonly string[] = ownAddresses(),
): SfuOptions['listen'] {
  const loopback = [{ ip: '127.0.0.1' }];
  if (network.listen !== 'everywhere' || addresses.length === 0) return loopback;
  const [announced] = calls.announce;
  const outer = addresses.map((ip, at) => (at === 0 && announced !== undefined ? { ip, announced } : { ip }));
  return [...loopback, ...outer];
}

/** The relay that the settings ask for; null if they ask for none. */
export function relayOptions(settings: Pick<Settings, 'network' | 'calls'>): RelayOptions | null {
  const { coturn, coturnPort, coturnCert, coturnKey } = settings.calls;
  if (!coturn) return null;
  return {
    listen: mediaAddresses(settings),
    port: coturnPort,
    certificate: coturnCert === '' || coturnKey === '' ? null : { cert: coturnCert, key: coturnKey },
  };
}
