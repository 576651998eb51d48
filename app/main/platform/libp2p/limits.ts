/** The bounds within which a node talks to strangers; each holds on every connection. */

/** The largest message a gossip topic carries, in bytes. */
export const MAX_GOSSIP_BYTES = 256 * 1024;

/** How much a stream's peer may send ahead of its reader, in bytes: what one slow reader can cost in memory. */
export const MAX_STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

/** A reader that has this much waiting lets its peer pause, in bytes. */
export const INBOX_HIGH_BYTES = 512 * 1024;

/** A paused peer may go on once this little waits, in bytes. */
export const INBOX_LOW_BYTES = 128 * 1024;

/** What a writer who does not wait for `send` may pile up before the channel breaks, in bytes. */
export const MAX_OUTBOX_BYTES = 8 * 1024 * 1024;

/** A message whose first byte came must be whole within this time. */
export const FRAME_DEADLINE_MS = 60_000;

/** A peer that takes nothing for this long while something waits is given up. */
export const STALL_DEADLINE_MS = 30_000;

/** A channel that is read from and stays silent for this long is given up. */
export const SILENCE_DEADLINE_MS = 300_000;

/** How long a peer may keep its half of a channel open after the answering side is done. */
export const LINGER_MS = 10_000;

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

/** The same after the machine slept, when most connections are dead. */
export const RESUME_PING_DEADLINE_MS = 1_500;

/** What a relay lets one relayed connection carry, and for how long, before it must be made anew. */
export const RELAYED_BYTES = 128n * 1024n * 1024n;
export const RELAYED_MS = 60 * 60_000;
