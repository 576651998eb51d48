import type { ConnectionGater } from '@libp2p/interface';
import { hostOf, isNowhere } from './addresses.ts';
import type { Conduct } from './conduct.ts';

/** Who may connect and what is dialled: nobody who was shown the door, and no address where no node can be. */
export function createGate(conduct: Conduct): ConnectionGater {
  return {
    denyDialPeer: (peer) => conduct.banned(peer.toString()),
    denyDialMultiaddr: (address) => {
      const host = hostOf(address);
      return host !== null && isNowhere(host);
    },
    denyInboundEncryptedConnection: (peer) => conduct.banned(peer.toString()),
    denyInboundRelayReservation: (peer) => conduct.banned(peer.toString()),
    denyInboundRelayedConnection: (_relay, peer) => conduct.banned(peer.toString()),
  };
}
