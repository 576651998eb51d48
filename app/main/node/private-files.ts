/** Permissions that new files never get: everything for the group and for others. */
const PRIVATE = 0o077;
let before: number | null = null;

/**
 * From now on this process makes no file or folder that other users of the machine can read, whatever the shell that
 * started it allows. Called once, at the start of a program.
 */
export function keepFilesPrivate(): void {
  before ??= process.umask(PRIVATE);
}

/** Starts another program, whose own files are as the user wants them. */
export function asUserWants<T>(start: () => T): T {
  if (before === null) return start();
  process.umask(before);
  try {
    return start();
  } finally {
    process.umask(PRIVATE);
  }
}
