import { compareBytes } from '../kernel/bytes.ts';
import type { LogEvent } from '../log/event.ts';
import type { Projection } from '../log/kinds.ts';
import { memberKinds } from './kinds.ts';
import type { Roster } from './roster.ts';

/** Feeds the roster from the log. It lives in memory and is folded anew at each start. */
export function rosterProjection(roster: Roster): Projection {
  return {
    kinds: Object.values(memberKinds),
    apply: (event: LogEvent) => roster.add(event),
    revoke: (event: LogEvent) => roster.remove(event.id),
    clear: () => roster.clear(),
    *dump() {
      const members = roster.members().sort((a, b) => compareBytes(a.key, b.key));
      for (const { key, handle, role, joinedAt, banned } of members) {
        yield [
          'member',
          key,
          handle,
          role,
          joinedAt,
          banned ? [banned.at, banned.until, banned.reason] : null,
        ];
      }
    },
  };
}
