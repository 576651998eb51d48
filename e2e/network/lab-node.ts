import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { Board } from '../../app/contract/boards.ts';
import type { SettingsPatch } from '../../app/contract/settings.ts';
import type { PeerNews } from './agent-lines.ts';
import { AgentLink } from './agent-link.ts';
import type { LabHost } from './host.ts';
import { PUBLIC_NETWORKS, type World } from './world.ts';

const cli = resolve(import.meta.dirname, '../../app/main/cli/main.ts');
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;
const SEEN_DEADLINE_MS = 60_000;
/** Characters of a node's output and of its log that are shown. */
const TAIL = 8_000;

/** Tests post faster than people do, and a post that a limit holds back is not shown to others. */
const NO_LIMITS = { perMinute: 1e6, perMinuteNew: 1e6, sameText: 1e6, flood: 1e6 };

const Boards = z.array(Board);
const Written = z.object({ decision: z.string() });
const InviteMade = z.object({ link: z.string() });

/**
 * A post on its way: its subject, and when its node was asked to publish it and had done so, in `Date.now()`.
 */
export interface Posted {
  readonly subject: string;
  readonly askedAtMs: number;
  readonly publishedAtMs: number;
}

/** A node of the product on a host of the lab, with its own data directory and agent. */
export class LabNode {
  readonly name: string;
  readonly host: LabHost;
  readonly #dataDir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #agent: AgentLink;
  #process: ChildProcess | null = null;
  #said = '';

  /**
   * Makes the data directory; starts no node yet.
   *
   * @param network settings that differ from the product's defaults.
   */
  constructor(world: World, host: LabHost, name: string, network: SettingsPatch['network'] = {}) {
    this.name = name;
    this.host = host;
    this.#dataDir = join(world.folder, name);
    this.#env = {
      ...process.env,
      IMPULSE_PUBLIC_NETWORKS: PUBLIC_NETWORKS,
      // Source is stripped of its types once for all nodes of a world.
      NODE_COMPILE_CACHE: join(world.folder, 'compile-cache'),
    };
    mkdirSync(join(this.#dataDir, 'node'), { recursive: true, mode: 0o700 });
    const settings = { node: { name }, network };
    writeFileSync(join(this.#dataDir, 'node', 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    this.#agent = new AgentLink(host, this.#dataDir, this.#env);
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  /** Runs a command of `impulse` on this node and resolves with what it answers in JSON. */
  async cli(...args: string[]): Promise<unknown> {
    const argv = [process.execPath, cli, ...args, '--json', '--data', this.#dataDir];
    return JSON.parse(await this.host.exec(argv, { env: this.#env })) as unknown;
  }

  /** Makes a community whose sysop this node's person is; limits on posting are lifted here. */
  async init({ community, handle }: { community: string; handle: string }): Promise<void> {
    await this.cli('init', '--name', community, '--handle', handle);
    await this.liftLimits();
  }

  /** Changes settings of the network while the node does not run. */
  async configure(network: NonNullable<SettingsPatch['network']>): Promise<void> {
    const path = join(this.#dataDir, 'node', 'settings.json');
    const settings = JSON.parse(await readFile(path, 'utf8')) as { network?: object };
    await writeFile(path, JSON.stringify({ ...settings, network: { ...settings.network, ...network } }));
  }

  /** Starts the node; again after a stop or a kill. Resolves when it serves. */
  async serve(): Promise<void> {
    const argv = [process.execPath, cli, 'serve', '--json', '--port', '0', '--data', this.#dataDir];
    const child = this.host.spawn(argv, { stdio: ['ignore', 'pipe', 'pipe'], env: this.#env });
    this.#process = child;
    this.#said = '';
    await new Promise<void>((done, fail) => {
      const give = (reason: string) => fail(new Error(`${this.name} ${reason}. ${this.#said}`));
      const deadline = setTimeout(() => give('did not start in time'), START_DEADLINE_MS);
      child.stderr?.setEncoding('utf8').on('data', (part: string) => this.#hear(part));
      child.stdout?.setEncoding('utf8').on('data', (part: string) => {
        this.#hear(part);
        // The one answer of the command, which it gives once it serves.
        if (!part.trimEnd().endsWith('}')) return;
        clearTimeout(deadline);
        done();
      });
      child.once('exit', (code) => {
        clearTimeout(deadline);
        this.#process = null;
        give(`ended with ${code}`);
      });
    });
  }

  /** Stops the node in order; kills it when that takes too long, and rejects then. */
  async stop(): Promise<void> {
    const late = AbortSignal.timeout(STOP_DEADLINE_MS);
    try {
      await this.#end('SIGTERM', late);
    } catch (cause) {
      await this.kill();
      throw new Error(`${this.name} did not stop in time. ${await this.log()}`, { cause });
    }
  }

  /** Ends the node at once, as a power cut does. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Freezes the node, as when a machine sleeps; connections stay open and silent. */
  suspend(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Resumes a frozen node. */
  wake(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Makes an invite link; `args` as for `impulse invite`. */
  async invite(...args: string[]): Promise<string> {
    return InviteMade.parse(await this.cli('invite', ...args)).link;
  }

  /** Joins a community by its link, `args` as for `impulse join`; limits on posting are lifted here. */
  async join(link: string, handle: string, ...args: string[]): Promise<void> {
    await this.cli('join', link, '--handle', handle, ...args);
    await this.liftLimits();
  }

  /** Calls a procedure such as `federation.view`; waits for a node that is starting. */
  call(path: string, input: unknown = {}): Promise<unknown> {
    return this.#agent.call(path, input);
  }

  /** Starts a thread on the first board that is open to members; rejects when moderation holds it back. */
  async post(subject: string): Promise<Posted> {
    const board = Boards.parse(await this.call('boards.list')).find(({ postRole }) => postRole === 'member');
    if (!board) throw new Error(`${this.name} has no board for members.`);
    const text = `The ferry brings the crane parts tomorrow. (${subject})`;
    const askedAtMs = Date.now();
    const input = { board: board.id, subject, text };
    const { decision } = Written.parse(await this.call('boards.startThread', input));
    if (decision !== 'publish') throw new Error(`“${subject}” was held back on ${this.name}: ${decision}.`);
    return { subject, askedAtMs, publishedAtMs: Date.now() };
  }

  /**
   * When the subject was first seen on this node, in `Date.now()`; rejects with the end of its log when it is
   * late.
   */
  async seen(subject: string, withinMs = SEEN_DEADLINE_MS): Promise<number> {
    await this.#until(() => this.#agent.threads.has(subject), withinMs, `never saw “${subject}”`);
    return this.#agent.threads.get(subject) ?? 0;
  }

  /** Peers that connected, disconnected or changed their path, in order, since the lab node was made. */
  peerNews(): readonly PeerNews[] {
    return this.#agent.peerNews;
  }

  /** Peers that were lost while the node was up, in order. */
  peersLost(): PeerNews[] {
    return this.#agent.peerNews.filter(({ line }) => line === 'peer-lost');
  }

  /** The end of what the node printed and of its log. */
  async log(): Promise<string> {
    const logged = await readFile(join(this.#dataDir, 'node', 'logs', 'node.log'), 'utf8').catch(() => '');
    return `${this.#said}\n${logged.slice(-TAIL)}`;
  }

  /** Lifts the limits on posting: tests post faster than people do. */
  async liftLimits(): Promise<void> {
    if (this.#process) {
      await this.call('moderation.setRules', NO_LIMITS);
      return;
    }
    const values = Object.entries(NO_LIMITS).flatMap(([rule, value]) => ['--set', `${rule}=${value}`]);
    await this.cli('moderation', 'rules', ...values);
  }

  async #until(wanted: () => boolean, withinMs: number, otherwise: string): Promise<void> {
    if (wanted()) return;
    const { promise, resolve: done } = Promise.withResolvers<boolean>();
    const stop = this.#agent.onNews(() => wanted() && done(true));
    const deadline = setTimeout(() => done(false), withinMs);
    const reached = await promise;
    clearTimeout(deadline);
    stop();
    if (!reached) throw new Error(`${this.name} ${otherwise} within ${withinMs} ms. ${await this.log()}`);
  }

  #hear(part: string): void {
    this.#said = (this.#said + part).slice(-TAIL);
  }

  async #end(how: NodeJS.Signals, late?: AbortSignal): Promise<void> {
    const child = this.#process;
    if (!child) return;
    const ended = once(child, 'exit', late ? { signal: late } : {});
    // A frozen node does not see a request to stop.
    child.kill('SIGCONT');
    child.kill(how);
    await ended;
  }
}
