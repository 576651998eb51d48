import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type Serving } from '../host/serve.ts';
import { dataLayout, openDataDirectory } from '../node/data-directory.ts';
import { linesOf, type Io } from './io.ts';
import type { NodeConnector } from './node-connector.ts';
import { runCommand } from './program.ts';
import { connector as fromMemory, forget } from './test-connectors.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end. Standard input is a terminal unless `io` says otherwise. */
export async function run(
  args: readonly string[],
  connector: NodeConnector,
  io: Partial<Io> = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCommand(args, connector, {
    out: (text) => (out += `${text}\n`),
    err: (text) => (err += text),
    terminal: false,
    input: () => Promise.resolve(null),
    lines: () => linesOf((async function* () {})(), 1),
    signal: new AbortController().signal,
    ...io,
  });
  return { code, out, err };
}

/** The command line with a data directory of its own, on the node of `test-connectors.ts`. */
export class TestCli {
  readonly root: string;
  /** Aborted by Ctrl-C. */
  readonly stopping = new AbortController();
  #serving: Serving | null = null;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<TestCli> {
    const root = await mkdtemp(join(tmpdir(), 'impulse-cli-'));
    // A node has been here before.
    await mkdir(dataLayout(root).node, { recursive: true });
    await writeFile(dataLayout(root).keys, '{}');
    forget();
    return new TestCli(root);
  }

  /** Runs one command on the data directory to its end. */
  run(args: string[], io: Partial<Io> = {}): Promise<Ran> {
    const where = args[0]?.startsWith('-') || args.length === 0 ? [] : ['--data', this.root];
    return run([...args, ...where], fromMemory, { signal: this.stopping.signal, ...io });
  }

  /** Starts a node in the data directory; commands then reach the data through it. */
  async serve(): Promise<void> {
    await openDataDirectory(this.root);
    this.#serving = await serve(await fromMemory.startNode({ dataDir: this.root }), {
      dataDir: this.root,
      port: 0,
    });
  }

  /** Stops the node and removes the data directory. */
  async close(): Promise<void> {
    await this.#serving?.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** The two ways by which a command reaches the data. */
export const accesses: [name: string, prepare: (cli: TestCli) => Promise<void>][] = [
  ['a running node', (cli) => cli.serve()],
  ['the data itself', () => Promise.resolve()],
];
