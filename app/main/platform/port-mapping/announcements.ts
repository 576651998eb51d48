import { createSocket } from 'node:dgram';
import { decodeNatPmpAddress } from './nat-pmp.ts';
import { decodePcpAnnounce } from './pcp.ts';
import type { Router } from './router.ts';

/** The all-hosts multicast group: RFC 6887 section 14.1.1, RFC 6886 section 3.2.1. */
const GROUP = '224.0.0.1';

export interface Announcement {
  readonly epochSeconds: number;
  /** The router's external address, if the message has one. */
  readonly externalHost: string | null;
}

/**
 * Listens for the router's announcements of a restart or a new external address. If another program holds the
 * port, a loss is found at the next renewal.
 *
 * @returns a function that stops listening.
 */
export function hearAnnouncements(
  router: Router,
  localAddress: string,
  listener: (announcement: Announcement) => void,
): () => void {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  socket.on('error', close);
  socket.on('message', (bytes, sender) => {
    if (sender.address !== router.address) return;
    const announcement = decodeAnnouncement(bytes);
    if (announcement !== null) listener(announcement);
  });
  socket.bind(router.announcePort, () => {
    socket.unref();
    try {
      socket.addMembership(GROUP, localAddress);
    } catch {
      // Most systems are already members of this group.
    }
  });
  return close;
}

function decodeAnnouncement(bytes: Uint8Array): Announcement | null {
  const pcp = decodePcpAnnounce(bytes);
  if (pcp !== null) return { ...pcp, externalHost: null };
  const natPmp = decodeNatPmpAddress(bytes);
  return natPmp?.kind === 'address' ? natPmp : null;
}
