/**
 * The network as the log uses it: gossip topics, message channels to peers, and connections. Implemented by
 * platform/libp2p and by platform/memory (for tests and the simulation).
 */
export interface Transport {
  /** This node's own peer id, as text. */
  readonly self: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * After the machine slept: drops connections that no longer answer, at once, so that new ones can be made.
   */
  resume(): Promise<void>;

  /**
   * Joins a gossip topic. The validator decides before anything is forwarded.
   *
   * @param range how far messages travel: through everybody, or only from their author to its neighbours.
   */
  subscribe(
    topic: string,
    validate: (data: Uint8Array, from: string) => Promise<GossipVerdict>,
    range?: 'everybody' | 'neighbours',
  ): void;
  unsubscribe(topic: string): void;
  /** Publishes `data` on a topic; resolves to the number of peers that it was sent to directly. */
  publish(topic: string, data: Uint8Array): Promise<number>;

  /** Answers channels that peers open for a protocol. The channel is closed when the handler settles. */
  handle(protocol: string, handler: (channel: Channel) => Promise<void>): void;
  /**
   * Opens a channel to a connected peer. Rejects with a Problem if the peer is gone or does not support the
   * protocol.
   */
  open(peer: string, protocol: string, signal?: AbortSignal): Promise<Channel>;

  /** Dials an address; resolves to the peer's id. */
  dial(address: string, signal?: AbortSignal): Promise<string>;
  disconnect(peer: string): Promise<void>;
  /**
   * Tells which peers are known: they have reserved connections and channels, and share those of their owner. All
   * others are strangers, who share the rest. Until this is called, every peer of a whole node counts as its own owner, and every
   * peer of a community on a shared network is a stranger.
   *
   * @param ownerOf the owner of a peer, such as a member's key, or null for a stranger.
   */
  reserveFor(ownerOf: (peer: string) => string | null): void;
  /** The owner of a peer, or null for a stranger. */
  ownerOf(peer: string): string | null;
  peers(): PeerLink[];
  /** Calls back when a peer connects (after identify) or is lost; returns the unsubscribe function. */
  onPeer(listener: (change: PeerChange) => void): () => void;
  /** The addresses at which others may dial this node, including its own peer id. */
  addresses(): string[];
}

/**
 * Accept forwards; the others drop. Reject costs the sender score at once; ignore costs a sender of many such messages, and
 * shed, of what this node does not take because it is too much, only a sender of very many.
 */
export type GossipVerdict = 'accept' | 'shed' | 'ignore' | 'reject';

export interface PeerChange {
  readonly kind: 'connected' | 'lost';
  readonly peer: string;
}

export interface PeerLink {
  readonly peer: string;
  readonly address: string;
  readonly direction: 'inbound' | 'outbound';
  readonly via: 'direct' | 'relay' | 'local';
  readonly connectedAt: number;
  readonly latencyMs: number | null;
  readonly score: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Agent version from identify. */
  readonly version: string | null;
}

/** The largest message a channel carries, in bytes; a longer one closes it. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** An ordered, reliable channel of complete messages to one peer, with back-pressure. */
export interface Channel {
  readonly peer: string;
  /** Resolves when the channel accepts more. */
  send(message: Uint8Array): Promise<void>;
  /** Messages in order; ends when the peer closes, throws when the channel breaks. */
  receive(): AsyncIterableIterator<Uint8Array>;
  /** Ends sending; messages already sent still arrive. */
  close(): Promise<void>;
  /** Breaks the channel at once. */
  abort(reason: Error): void;
}
