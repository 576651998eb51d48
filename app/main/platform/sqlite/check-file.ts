import Database from 'better-sqlite3';

/** Checks a whole SQLite file. Null if it is sound, else the fault. */
export function faultOfDatabaseFile(path: string): string | null {
  let file: Database.Database;
  try {
    file = new Database(path, { readonly: true, fileMustExist: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  try {
    const result: unknown = file.pragma('integrity_check(1)', { simple: true });
    return result === 'ok' ? null : String(result);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    file.close();
  }
}
