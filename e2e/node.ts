import Database from 'better-sqlite3';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Client, CommunityClient } from '../app/contract/index.ts';
import { lean } from '../tools/lean.ts';

const cli = resolve(import.meta.dirname, '..', 'dist', 'node', 'cli.js');
const START_DEADLINE_MS = 60_000;

const Serving = z.object({ url: z.url(), port: z.number(), pid: z.number() });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A node with its own process and data directory, started by `impulse serve`. */
export class TestNode {
  readonly dataDir: string;
  #process: ChildProcess | null = null;
  #url = '';

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  /** A new node on a free port, which it keeps after a restart so that others find it. */
  static async start(): Promise<TestNode> {
    const node = new TestNode(await mkdtemp(join(tmpdir(), 'impulse-e2e-')));
    const settings = { network: { port: await freePort(), webSocketPort: 0, listen: 'loopback' } };
    await mkdir(join(node.dataDir, 'node'), { mode: 0o700 });
    await writeFile(join(node.dataDir, 'node', 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    await node.run();
    return node;
  }

  /** The address of its console. */
  get url(): string {
    return this.#url;
  }

  /** An address that opens the console, once. */
  async entry(): Promise<string> {
    return ((await this.impulse('open', '--print')) as { url: string }).url;
  }

  /** The id of its process; 0 if none runs. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null;
  }

  /** Starts the process, also after a stop or a kill. */
  async run(): Promise<void> {
    const child = spawn(
      process.execPath,
      [...lean.flags, cli, 'serve', '--json', '--port', '0', '--data', this.dataDir],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        // As `npm start` sets it.
        env: { ...process.env, ...lean.env },
      },
    );
    this.#process = child;
    let out = '';
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
    const serving = new Promise<z.infer<typeof Serving>>((done, fail) => {
      const deadline = setTimeout(
        () => fail(new Error(`The node did not start in time. ${err}`)),
        START_DEADLINE_MS,
      );
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        out += part;
        if (!out.trimEnd().endsWith('}')) return;
        clearTimeout(deadline);
        done(Serving.parse(JSON.parse(out)));
      });
      child.once('exit', (code) => {
        clearTimeout(deadline);
        fail(new Error(`The node ended with ${code}. ${out} ${err}`));
      });
    });
    this.#url = (await serving).url;
  }

  /** Runs a command of `impulse` against this node and returns its JSON output. */
  impulse(...args: string[]): Promise<unknown> {
    return new Promise((done, fail) => {
      execFile(
        process.execPath,
        [cli, ...args, '--json', '--data', this.dataDir],
        (error, stdout, stderr) => {
          if (error) fail(new Error(`impulse ${args.join(' ')} failed: ${stdout} ${stderr}`));
          else done(JSON.parse(stdout));
        },
      );
    });
  }

  /** The database of the node’s only community; null before there is one. */
  get database(): string | null {
    const folder = join(this.dataDir, 'communities');
    const [id] = existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
    return id === undefined ? null : join(folder, id, 'community.db');
  }

  /** Reads the database; `empty` before there is one. */
  #read<T>(empty: T, work: (db: Database.Database) => T): T {
    const { database } = this;
    if (database === null) return empty;
    const db = new Database(database, { readonly: true });
    try {
      return work(db);
    } finally {
      db.close();
    }
  }

  /** The number of stored events, read from the file directly: fast, and possible after a kill. */
  storedEvents(): number {
    return this.#read(0, (db) => db.prepare('SELECT COUNT(*) FROM event').pluck().get() as number);
  }

  /** The number of stored events by kind, for kinds that begin with `prefix`. */
  storedKinds(prefix: string): Record<string, number> {
    return this.#read({}, (db) => {
      const rows = db
        .prepare('SELECT kind, COUNT(*) AS n FROM event WHERE kind LIKE ? GROUP BY kind')
        .all(`${prefix}%`) as { kind: string; n: number }[];
      return Object.fromEntries(rows.map(({ kind, n }) => [kind, n]));
    });
  }

  /** Stored posts by state of judgement: waiting, judged, and shown without judgement. */
  storedJudging(): { waiting: number; judged: number; shownUnjudged: number } {
    return this.#read(
      { waiting: 0, judged: 0, shownUnjudged: 0 },
      (db) =>
        db
          .prepare(
            `SELECT COUNT(*) FILTER (WHERE h.state = 0) AS waiting, COUNT(j.n) AS judged,
               COUNT(*) FILTER (WHERE j.n IS NULL AND (h.n IS NULL OR h.hidden = 0)) AS shownUnjudged
             FROM event e LEFT JOIN hold h ON h.n = e.seq LEFT JOIN judgement j ON j.n = e.seq
             WHERE e.kind IN ('thread.start', 'post.reply')`,
          )
          .get() as { waiting: number; judged: number; shownUnjudged: number },
    );
  }

  /** Ends the process gracefully, or at once like a power cut. */
  async end(how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(how);
    await ended;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The client in the only community of a node. */
export async function onlyOf(client: Client): Promise<CommunityClient> {
  const [card] = await client.communities.list({});
  if (!card) throw new Error('The node has no community.');
  return client.in(card.id);
}
