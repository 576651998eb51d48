import type { NetworkProbe } from '../../log/transport.ts';
import { multiaddr } from '@multiformats/multiaddr';
import { hostOf, isLocal, isRelayed } from './addresses.ts';
import type { Meter } from './meter.ts';
import type { Inside, NetworkOptions } from './node.ts';

/** What the reachability doctor may ask, answered from the state of libp2p. */
export function createProbe(
  inside: Inside,
  meter: Meter,
  options: Pick<NetworkOptions, 'upnp'>,
  confined: boolean,
): NetworkProbe {
  const known = () => inside.addressManager.getAddressesWithMetadata();
  const outside = () =>
    known().filter((entry) => {
      const address = multiaddr(entry.multiaddr.toString());
      const host = hostOf(address);
      return !isRelayed(address) && host !== null && !isLocal(host);
    });
  return {
    listening: () =>
      inside.transportManager
        .getAddrs()
        .map(String)
        .filter((address) => !isRelayed(multiaddr(address))),
    confirmed() {
      // Only what was tried from outside counts: libp2p takes some addresses for confirmed by itself.
      const tried = confined ? [] : outside().filter(({ lastVerified }) => lastVerified !== undefined);
      const times = tried.map(({ lastVerified }) => lastVerified ?? 0);
      const testedAt = times.length > 0 ? Math.max(...times) : null;
      if (testedAt === null) return { verdict: 'unknown', testedAt };
      return { verdict: tried.some(({ verified }) => verified) ? 'public' : 'private', testedAt };
    },
    routerMapped: () =>
      options.upnp && !confined ? known().some(({ type }) => type === 'ip-mapping') : null,
    relays() {
      const relayed = inside.transportManager.getAddrs().map((address) => multiaddr(String(address)));
      const ids = relayed.filter(isRelayed).flatMap((address) => {
        const relay = address.getComponents().find(({ name }) => name === 'p2p');
        return relay?.value === undefined ? [] : [relay.value];
      });
      return [...new Set(ids)];
    },
    sentBytes: () => meter.total.sentBytes,
    receivedBytes: () => meter.total.receivedBytes,
  };
}
