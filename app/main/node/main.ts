/** The node as a separate process, forked by the desktop shell. */
import type { CommunityCard } from '../../contract/index.ts';
import { problemOf } from '../kernel/errors.ts';
import { keepFilesPrivate } from './private-files.ts';
import { serveMessagePort, type ServedPort } from './serve-port.ts';
import { NodeToShell, ShellToNode } from './shell-messages.ts';
import { startNode, type RunningNode } from './start.ts';

/** The part of Electron's `process.parentPort` that is used here. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown; ports: ServedPort[] }) => void): void;
  postMessage(message: unknown): void;
}

keepFilesPrivate();
const { parentPort } = process as unknown as { parentPort: ParentPort };
const tell = (message: NodeToShell): void => parentPort.postMessage(NodeToShell.parse(message));
const dataFlag = process.argv.indexOf('--data');
const dataDir = dataFlag < 0 ? undefined : process.argv[dataFlag + 1];

let node: RunningNode | null = null;
const waiting: ServedPort[] = [];

/** The community, if there is one; the node, if there are several or none. */
const titleOf = (communities: readonly CommunityCard[], node: string): string =>
  communities.length === 1 ? communities[0]!.name : node;

async function start(systemKey: Uint8Array | null): Promise<void> {
  try {
    const started = await startNode({ systemKey, ...(dataDir === undefined ? {} : { dataDir }) });
    node = started;
    for (const port of waiting.splice(0)) serveMessagePort(port, started.router);
    tell({ kind: 'ready' });
    let told = '';
    started.onStatus(({ name, phase, peers, counts }) => {
      const { closeToTray, startAtLogin } = started.settings().desktop;
      const brief = {
        kind: 'status',
        name: titleOf(started.communities(), name),
        phase,
        peers,
        unread: counts.unread,
      } as const;
      const settings = { kind: 'settings', closeToTray, startAtLogin } as const;
      const now = JSON.stringify([brief, settings]);
      if (now === told) return;
      told = now;
      tell(settings);
      tell(brief);
    });
    void started.stopped.then(() => process.exit(0));
  } catch (error) {
    tell({ kind: 'fatal', ...problemOf(error) });
    process.exit(1);
  }
}

// A malformed message from a window must not end the node that others rely on.
process.on('unhandledRejection', (reason) => {
  node?.logger.error('unhandled-rejection', { reason: problemOf(reason).message });
});

parentPort.on('message', ({ data, ports }) => {
  const parsed = ShellToNode.safeParse(data);
  if (!parsed.success) return;
  switch (parsed.data.kind) {
    case 'unlock':
      return void start(parsed.data.key);
    case 'client':
      for (const port of ports) {
        if (node) serveMessagePort(port, node.router);
        else waiting.push(port);
      }
      return;
    case 'suspend':
      return node?.suspended();
    case 'resume':
      return void node?.resumed();
    case 'stop':
      return void (node ? node.stop() : process.exit(0));
  }
});
