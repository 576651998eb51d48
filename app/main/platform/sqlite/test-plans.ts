import type { Cell, Database } from '../../kernel/database.ts';

/** A database that tells the query plan of each read with its statement. */
export function withPlans(db: Database, told: (plan: string, sql: string) => void): Database {
  return {
    ...db,
    prepare<T>(sql: string) {
      const statement = db.prepare<T>(sql);
      const note = (values: Cell[]) => {
        const steps = db.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
        told(steps.map(({ detail }) => detail).join('; '), sql);
      };
      return {
        ...statement,
        all: (...values) => (note(values), statement.all(...values)),
        get: (...values) => (note(values), statement.get(...values)),
      };
    },
  };
}
