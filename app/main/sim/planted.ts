import type { Database } from '../kernel/database.ts';
import type { Transport } from '../log/transport.ts';
import { SYNC_PROTOCOL } from '../log/wire.ts';
import type { PlantedFault } from './node.ts';
import { problem } from './problems.ts';

/** Deliberate faults. A simulation that does not find them proves nothing. */
export const plantedFaults = {
  'admission accepts every signature': {
    ports: (ports) => ({ ...ports, verifier: { verify: async (checks) => checks.map(() => true) } }),
  },
  'a deletion that came before its post is ignored': {
    ports: (ports) => ({
      ...ports,
      db: rewriting(ports.db, 'FROM post_change WHERE post_id = ? ORDER BY time, seq', (sql) =>
        sql.replace('WHERE', 'WHERE 0 AND'),
      ),
    }),
  },
  'events revoked by a ban stay in the log': {
    ports: (ports) => ({
      ...ports,
      db: rewriting(ports.db, 'DELETE FROM event WHERE seq = ?', (sql) => `${sql} AND 0`),
    }),
  },
  'events of others are shown unjudged': {
    ports: (ports) => ({
      ...ports,
      db: rewriting(ports.db, 'INSERT OR REPLACE INTO hold', (sql) =>
        sql.replace('VALUES (?, 0, 1,', 'VALUES (?, 4, 0,'),
      ),
    }),
  },
  'nobody vouches for what was not judged here': {
    ports: (ports) => ({
      ...ports,
      db: rewriting(ports.db, 'INSERT OR REPLACE INTO judged_by', (sql) =>
        sql.replace('VALUES (?, ?)', 'SELECT ?, ? WHERE 0'),
      ),
    }),
  },
  'an update leaves out what was kept': {
    ports: (ports) => ({
      ...ports,
      db: rewriting(ports.db, 'DELETE FROM opaque_event WHERE kind IN', (sql) =>
        sql.replace('WHERE', 'WHERE 0 AND'),
      ),
    }),
  },
  'the disk loses acknowledged data': { forgetfulDisk: true },
  'missed events are never asked for': {
    ports: (ports) => ({ ...ports, transport: withoutCatchUp(ports.transport) }),
  },
} satisfies Record<string, PlantedFault>;

/** A database that replaces one statement by another. */
function rewriting(db: Database, fragment: string, rewrite: (sql: string) => string): Database {
  return { ...db, prepare: (sql) => db.prepare(sql.includes(fragment) ? rewrite(sql) : sql) };
}

function withoutCatchUp(transport: Transport): Transport {
  return new Proxy(transport, {
    get(target, name) {
      if (name === 'open') {
        return (peer: string, protocol: string, signal?: AbortSignal) =>
          protocol === SYNC_PROTOCOL
            ? Promise.reject(problem('peer-gone'))
            : target.open(peer, protocol, signal);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
