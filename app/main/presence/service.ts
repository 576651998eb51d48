import { throttled, every, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Authority } from '../log/kinds.ts';
import type { Log } from '../log/log.ts';
import type { Transport } from '../log/transport.ts';
import { Callers, type Visit } from './callers.ts';
import { Presence, type Here } from './presence.ts';

/** How long presence changes are collected before they are reported, in milliseconds. */
const TELL_AFTER_MS = 100;
/** How often it is recorded that the callers are still online, in milliseconds. */
const HEARD_MS = 60_000;

export interface PresenceServiceInit {
  readonly db: Database;
  readonly log: Pick<Log, 'community'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger?: Logger;
  readonly nodeName: () => string;
}

export type PresenceService = ReturnType<typeof createPresence>;

/** Who is online, and who called last. */
export function createPresence(init: PresenceServiceInit) {
  const { db, log, clock } = init;
  const callers = new Callers(db);
  const listeners = new Set<() => void>();
  let stops: (() => void)[] = [];

  const tellSoon = throttled(clock, TELL_AFTER_MS, () => {
    for (const listener of listeners) listener();
  });

  const presence = new Presence({
    ...init,
    community: log.community,
    logger: init.logger ?? silentLogger,
    onChange: tellSoon,
    onCame: (author, node) => callers.came(author, node, clock.now()),
    onLeft: (author, at) => callers.left(author, at),
  });

  return {
    start(): void {
      if (stops.length > 0) return;
      callers.closeStale();
      stops = [
        every(clock, HEARD_MS, () =>
          callers.heard(
            presence.others().map(({ author }) => author),
            clock.now(),
          ),
        ),
      ];
      presence.start();
    },

    /** Says goodbye to the others; await it before the transport stops. */
    async stop(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      await presence.stop();
    },

    /** This node's own person first, then the others, the most recently active first. */
    online: (): Here[] => [presence.own(), ...presence.others().sort((a, b) => a.idleMs - b.idleMs)],

    /** The last callers, the newest first. */
    callers: (limit: number): Visit[] => callers.latest(limit),

    /** Records this person's status, and how many milliseconds ago they were last active. */
    doing: ({ doing, idleMs }: { doing: string; idleMs: number }): void =>
      presence.doing(doing, Math.round(idleMs)),

    isOnline: (key: Uint8Array): boolean => presence.isHere(key),
    /** Milliseconds since the epoch, or null if never seen. */
    lastSeenAt: (key: Uint8Array): number | null =>
      presence.isHere(key) ? clock.now() : callers.lastSeenAt(key),

    /** Calls back after somebody came, left, or changed their status; returns how to stop. */
    onChange(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
