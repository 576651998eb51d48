import * as z from 'zod';

/**
 * The messages between the desktop shell and the node process. Everything else goes directly from the window
 * to the node over the port that comes with `client`.
 */

const Words = z.string().max(4000);
const Key = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32);

/** From the shell to the node process, read from `process.parentPort`. */
export const ShellToNode = z.discriminatedUnion('kind', [
  /**
   * The first message of every start: the 32-byte key from the operating system's key store that encrypts the
   * keys on disk; null if the system has no such store and the node uses a passphrase.
   */
  z.object({ kind: z.literal('unlock'), key: Key.nullable() }),
  /** A window that connects: its MessagePort is in `ports[0]` of the message. */
  z.object({ kind: z.literal('client') }),
  /** The machine is about to sleep. */
  z.object({ kind: z.literal('suspend') }),
  /** The machine woke. */
  z.object({ kind: z.literal('resume') }),
  /** Drain, stop in order and exit with code 0. The shell ends the process after {@link STOP_DEADLINE_MS}. */
  z.object({ kind: z.literal('stop') }),
]);
export type ShellToNode = z.infer<typeof ShellToNode>;

/** From the node process to the shell, posted on `process.parentPort`. */
export const NodeToShell = z.discriminatedUnion('kind', [
  /** The node serves clients; sent once per start. */
  z.object({ kind: z.literal('ready') }),
  /** The node cannot run, and restarting it unchanged would not help. It exits after this. */
  z.object({ kind: z.literal('fatal'), code: z.string().max(100), message: Words, remedy: Words.nullable() }),
  /** For the tray; sent when it changes. */
  z.object({
    kind: z.literal('status'),
    name: z.string().max(200),
    phase: z.enum(['setup', 'starting', 'ready', 'repairing', 'degraded', 'stopping']),
    peers: z.number().int().nonnegative(),
    unread: z.number().int().nonnegative(),
  }),
  /** The settings that the shell applies; sent after `ready` and whenever they change. */
  z.object({ kind: z.literal('settings'), closeToTray: z.boolean(), startAtLogin: z.boolean() }),
]);
export type NodeToShell = z.infer<typeof NodeToShell>;
export type NodeBrief = Extract<NodeToShell, { kind: 'status' }>;
export type DesktopSettings = Extract<NodeToShell, { kind: 'settings' }>;

/** How long the node may take to stop before its process is ended, in milliseconds. */
export const STOP_DEADLINE_MS = 10_000;
