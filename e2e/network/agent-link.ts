import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AgentLine, type PeerNews } from './agent-lines.ts';
import type { LabHost } from './host.ts';

const program = fileURLToPath(import.meta.resolve('./agent.ts'));

interface Pending {
  done(output: unknown): void;
  fail(error: Error): void;
}

/** The test's end of an agent: calls procedures of a node, and stores the agent's reports. */
export class AgentLink {
  /** When each subject was first seen, in `Date.now()`. */
  readonly threads = new Map<string, number>();
  /** Peers that connected, disconnected or changed their path, in order. */
  readonly peerNews: PeerNews[] = [];
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<() => void>();
  #calls = 0;

  /** Starts an agent for the node whose data is in `dataDir`; the node may start later. */
  constructor(host: LabHost, dataDir: string, env: NodeJS.ProcessEnv) {
    this.#child = host.spawn([process.execPath, program, dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env,
    });
    const { stdout } = this.#child;
    if (!stdout) throw new Error('The agent has no pipes.');
    createInterface({ input: stdout }).on('line', (line) => this.#take(AgentLine.parse(JSON.parse(line))));
    this.#child.once('exit', () => {
      for (const { fail } of this.#pending.values()) fail(new Error('The agent ended.'));
      this.#pending.clear();
    });
  }

  /**
   * Calls a procedure such as `federation.view`; waits for a node that is starting. Rejects with code and
   * message.
   */
  call(path: string, input: unknown): Promise<unknown> {
    const id = ++this.#calls;
    return new Promise((done, fail) => {
      this.#pending.set(id, { done, fail });
      this.#child.stdin?.write(`${JSON.stringify({ id, path, input })}\n`);
    });
  }

  /** Calls back with every report of the agent; returns a function that unsubscribes. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(line: AgentLine): void {
    if (line.line === 'answer' || line.line === 'failure') {
      const pending = this.#pending.get(line.id);
      this.#pending.delete(line.id);
      if (line.line === 'answer') pending?.done(line.output);
      else pending?.fail(new Error(`${line.code}: ${line.message}`));
      return;
    }
    if (line.line === 'thread') this.threads.set(line.subject, line.atMs);
    else this.peerNews.push(line);
    for (const listener of this.#listeners) listener();
  }
}
