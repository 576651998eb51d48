import type { ConnectionGater } from '@libp2p/interface';
import { hostOf } from './addresses.ts';
import type { Conduct } from './conduct.ts';
import type { PeerSlots } from './peer-slots.ts';
import type { RelayService } from './relay-service.ts';
import type { Scopes } from './scopes.ts';

/**
 * Decides who may connect, which addresses are dialled, and whom the relay serves: banned peers are refused, others get
 * connections by their shares, unroutable addresses are not dialled, and the relay serves only members.
 */
export function createGate(
  conduct: Conduct,
  scopes: Scopes,
  relay: RelayService,
  slots: PeerSlots,
): ConnectionGater {
  return {
    denyDialPeer: (peer) => conduct.banned(peer.toString()),
    denyDialMultiaddr: (address) => {
      const host = hostOf(address);
      return host !== null && scopes.of(host) === 'nowhere';
    },
    denyInboundConnection: (connection) => !slots.admitPending(connection),
    denyInboundUpgradedConnection: (peer, connection) => !slots.admit(peer.toString(), connection),
    denyOutboundUpgradedConnection: (peer, connection) => {
      slots.count(peer.toString(), connection);
      return false;
    },
    denyInboundEncryptedConnection: (peer) => conduct.banned(peer.toString()),
    denyInboundRelayReservation: (peer) => !relay.mayReserve(peer.toString()),
    denyOutboundRelayedConnection: (source) => !relay.mayConnect(source.toString()),
    denyInboundRelayedConnection: (_relay, peer) => conduct.banned(peer.toString()),
  };
}
