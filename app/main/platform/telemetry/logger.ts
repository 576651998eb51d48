import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import type { Facts, Logger } from '../../kernel/logger.ts';

/** A larger log file is rotated when the node starts; one old file is kept. */
const ROTATE_BYTES = 10 * 1024 * 1024;
/** Names under which a secret might be logged by mistake. */
const SECRET_NAMES = [
  'token',
  'passphrase',
  'words',
  'phrase',
  'secret',
  'invite',
  'link',
  'seed',
  'key',
  'password',
];

export interface LoggerInit {
  /** Absolute path of the log file; `null` writes to standard error. */
  readonly file: string | null;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** A logger that writes one JSON object per line. `flush` writes its buffer before the process ends. */
export function createLogger({ file, level }: LoggerInit): Logger & { flush(): void } {
  if (file !== null) rotate(file);
  const destination = pino.destination({ dest: file ?? 2, sync: true, mode: 0o600, mkdir: true });
  const lines = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES, censor: '[kept out of the log]' },
    },
    destination,
  );
  const at =
    (name: LoggerInit['level']) =>
    (event: string, facts: Facts = {}) =>
      lines[name](facts, event);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    flush: () => destination.flushSync(),
  };
}

function rotate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > ROTATE_BYTES) renameSync(file, `${file}.1`);
}
