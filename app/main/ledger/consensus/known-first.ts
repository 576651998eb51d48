interface Peers {
  peers(): readonly { readonly peer: string }[];
  ownerOf(peer: string): string | null;
}

/**
 * [K16] The connected peers in a fixed order, known ones before strangers, who may be silent and have chosen ids that sort
 * low.
 */
export function knownFirst(channels: Peers): string[] {
  const peers = channels
    .peers()
    .map(({ peer }) => peer)
    .sort();
  const isKnown = (peer: string) => channels.ownerOf(peer) !== null;
  return [...peers.filter(isKnown), ...peers.filter((peer) => !isKnown(peer))];
}
