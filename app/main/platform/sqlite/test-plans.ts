import type { Cell, Database } from '../../kernel/database.ts';

/** A database that records the query plan of each read. */
export function withPlans(db: Database, plans: string[]): Database {
  return {
    ...db,
    prepare<T>(sql: string) {
      const statement = db.prepare<T>(sql);
      const note = (values: Cell[]) => {
        const steps = db.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
        plans.push(steps.map(({ detail }) => detail).join('; '));
      };
      return {
        ...statement,
        all: (...values) => (note(values), statement.all(...values)),
        get: (...values) => (note(values), statement.get(...values)),
      };
    },
  };
}
