/** Limits on every connection, also with unknown peers. */

/** The largest gossip message, in bytes. */
export const MAX_GOSSIP_BYTES = 256 * 1024;

/**
 * How much a stream's peer may send ahead of its reader, in bytes; this bounds the memory for one slow
 * reader.
 */
export const MAX_STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

/** Unread bytes at which a reader pauses its peer. */
export const INBOX_HIGH_BYTES = 512 * 1024;

/** The same for a peer that has not proved its membership. */
export const STRANGER_INBOX_BYTES = 64 * 1024;

/** How much a writer that does not wait for `send` may queue before the channel breaks, in bytes. */
export const MAX_OUTBOX_BYTES = 8 * 1024 * 1024;

/** A message must be complete within this time after its first byte. */
export const FRAME_DEADLINE_MS = 60_000;

/** How long a peer may accept no data while some is queued. */
export const STALL_DEADLINE_MS = 30_000;

/** How long a channel that is being read may stay silent. */
export const SILENCE_DEADLINE_MS = 300_000;

/** How long a peer may keep its half of a channel open after the other side is done. */
export const LINGER_MS = 10_000;

/** Connections whose other side has not proved its peer id yet, and how long it may take, in milliseconds. */
export const MAX_PENDING_CONNECTIONS = 64;
export const UPGRADE_DEADLINE_MS = 8000;

/** Channels of one protocol that one peer may have open here at a time. */
export const MAX_INBOUND_CHANNELS = 32;

/** Channels of one protocol that this node opens to one peer at a time. */
export const MAX_OUTBOUND_CHANNELS = 32;

/** How long a dial may take over all of a peer's addresses, and over one of them. */
export const DIAL_DEADLINE_MS = 10_000;
export const ADDRESS_DIAL_DEADLINE_MS = 5_000;

/** How often latency is measured, and how long an answer may take before the connection counts as dead. */
export const PING_PERIOD_MS = 15_000;
export const PING_DEADLINE_MS = 10_000;

/** The deadline after the machine slept, when most connections are dead. */
export const RESUME_PING_DEADLINE_MS = 1_500;

/** The data and time limits of one relayed connection, after which it must be made again. */
export const RELAYED_BYTES = 128n * 1024n * 1024n;
export const RELAYED_MS = 60 * 60_000;
