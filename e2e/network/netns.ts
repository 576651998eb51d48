import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './tools.ts';

/**
 * Namespaces and folders of one test process begin with this and its pid, so that leftovers tell whose they
 * were.
 */
const PREFIX = 'imp-';
const EXEC_TIMEOUT_MS = 60_000;
const NAMED = '/run/netns';

/** The prefix of everything that this process makes. */
export const ownPrefix = (): string => `${PREFIX}${process.pid}-`;

/** A network namespace: a machine's own interfaces, addresses, routes and firewall. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes a namespace with a loopback interface that is up. */
  static create(label: string): Namespace {
    const namespace = new Namespace(`${ownPrefix()}${label}`);
    runTool(['ip', 'netns', 'add', namespace.name]);
    namespace.ip('link', 'set', 'lo', 'up');
    // A new namespace takes this over from the machine.
    namespace.set('ipv4/ip_forward', 0);
    return namespace;
  }

  /** `ip` inside the namespace; throws with what it printed. */
  ip(...args: string[]): string {
    return runTool(['ip', '-n', this.name, ...args]);
  }

  /** Adds an nftables ruleset, whole or not at all. */
  nft(rules: string): void {
    runTool(this.inside(['nft', '-f', '-']), rules);
  }

  /** Sets a kernel parameter, such as `ipv4/ip_forward`. */
  set(parameter: string, value: number): void {
    runTool(this.inside(['sh', '-c', `echo ${value} > /proc/sys/net/${parameter}`]));
  }

  /** The command that runs `argv` inside; the process keeps its pid, so signals reach it. */
  inside(argv: readonly string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, ...argv];
  }

  /** Runs a program to its end; resolves with its standard output, rejects with all that it printed. */
  exec(
    argv: readonly string[],
    { timeoutMs = EXEC_TIMEOUT_MS, env = {} }: { timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
  ): Promise<string> {
    const [tool = '', ...args] = this.inside(argv);
    const options = { timeout: timeoutMs, env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 };
    return new Promise((done, fail) => {
      execFile(tool, args, options, (error, stdout, stderr) => {
        if (error) fail(new Error(`${argv.join(' ')} failed: ${stdout}${stderr}`, { cause: error }));
        else done(stdout);
      });
    });
  }

  /** Starts a program and leaves it running; it ends with the namespace at the latest. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const [tool = '', ...args] = this.inside(argv);
    return spawn(tool, args, options);
  }
}

/**
 * Ends all that runs in the namespaces whose names begin like this, and removes them with their interfaces.
 */
export function removeNamespaces(prefix: string): void {
  for (const name of namespaces()) if (name.startsWith(prefix)) removeNamespace(name);
}

/** A namespace lives on while a process is inside, so those end first. */
function removeNamespace(name: string): void {
  if (!existsSync(join(NAMED, name))) return;
  const pids = runTool(['ip', 'netns', 'pids', name]).split('\n').filter(Boolean);
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
  try {
    runTool(['ip', 'netns', 'del', name]);
  } catch (error) {
    // Two processes may remove the same leftovers.
    if (existsSync(join(NAMED, name))) throw error;
  }
}

/** Names of the lab's namespaces that exist now, of every process. */
export function namespaces(): string[] {
  return existsSync(NAMED) ? readdirSync(NAMED).filter((name) => name.startsWith(PREFIX)) : [];
}

/** Removes a folder of the lab; programs that were killed a moment ago may still write there. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10 });
}

/** Removes the namespaces and folders of test processes that are gone and whose guards are gone too. */
export function sweep(): void {
  for (const name of namespaces()) if (isOrphan(name)) removeNamespace(name);
  for (const name of readdirSync(tmpdir())) if (isOrphan(name)) removeFolder(join(tmpdir(), name));
}

function isOrphan(name: string): boolean {
  const pid = /^imp-(\d+)-/.exec(name)?.[1];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

/**
 * Starts a guard: a process that removes the namespaces that begin with `prefix` and the folder when this
 * process ends, be it by a signal that nothing can catch.
 */
export function startGuard(prefix: string, folder: string): void {
  const program = fileURLToPath(import.meta.resolve('./guard.ts'));
  const guard = spawn(process.execPath, [program, prefix, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  guard.unref();
  // The pipe closes with this process, however that ends.
  if (guard.stdin instanceof Socket) guard.stdin.unref();
}
