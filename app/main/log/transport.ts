/**
 * The network as the log sees it: a gossip topic, message channels to peers, and who is connected.
 * Implemented by platform/libp2p and by platform/memory (for tests and the simulation).
 */
export interface Transport {
  /** This node's own peer id, as text. */
  readonly self: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** After the machine slept: drops connections that no longer answer, at once, so that others can be made. */
  resume(): Promise<void>;

  /**
   * Joins a gossip topic. The validator decides before anything is forwarded.
   *
   * @param range how far messages travel: through everybody, or from their author to its neighbours alone.
   */
  subscribe(
    topic: string,
    validate: (data: Uint8Array, from: string) => Promise<GossipVerdict>,
    range?: 'everybody' | 'neighbours',
  ): void;
  unsubscribe(topic: string): void;
  /** Spreads `data` over a topic; resolves to how many peers it was handed to at once. */
  publish(topic: string, data: Uint8Array): Promise<number>;

  /** Answers channels that peers open for a protocol. The channel is closed when the handler settles. */
  handle(protocol: string, handler: (channel: Channel) => Promise<void>): void;
  /** Opens a channel to a connected peer. Rejects with a Problem when the peer is gone or does not speak it. */
  open(peer: string, protocol: string, signal?: AbortSignal): Promise<Channel>;

  /** Dials an address; resolves to the peer's id. */
  dial(address: string, signal?: AbortSignal): Promise<string>;
  disconnect(peer: string): Promise<void>;
  peers(): PeerLink[];
  /** Calls back when a peer connects (after identify) or is lost; returns how to stop listening. */
  onPeer(listener: (change: PeerChange) => void): () => void;
  /** Where others may dial this node, its own peer id included. */
  addresses(): string[];
}

/** Accept forwards; ignore drops quietly; reject drops and costs the sender score. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

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
  /** Agent version as told by identify. */
  readonly version: string | null;
}

/** The largest message a channel carries, in bytes; a longer one closes it. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** An ordered, reliable pipe of whole messages to one peer, with back-pressure. */
export interface Channel {
  readonly peer: string;
  /** Resolves when the pipe will take more. */
  send(message: Uint8Array): Promise<void>;
  /** Messages in order; ends when the peer closes, throws when the pipe breaks. */
  receive(): AsyncIterableIterator<Uint8Array>;
  /** No more will be sent; what was sent still arrives. */
  close(): Promise<void>;
  /** Breaks the pipe at once. */
  abort(reason: Error): void;
}
