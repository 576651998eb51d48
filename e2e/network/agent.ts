import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { connectToHost, type OpenClient } from '../../app/main/cli/client.ts';
import { outcomeOf } from '../../app/main/cli/exit.ts';
import { nodeProcedures, type CommunityClient, type FederationView } from '../../app/contract/index.ts';
import { onlyOf } from '../node.ts';
import { AgentCall, type AgentLine, type PeerNews } from './agent-lines.ts';

/**
 * Runs in the namespace of a node, because the node's API listens on that loopback only: `agent.ts DATADIR`.
 * It calls procedures for a test by lines of JSON on its standard streams, reports new threads and the peers
 * that come and go, and reconnects when the node restarts. It ends when its standard input closes.
 */

/** How often the agent looks for new threads and for the node. */
const POLL_MS = 200;
/** How long a call waits for a stopped node. */
const NODE_DEADLINE_MS = 30_000;
const NEWEST = 50;

const [dataDir = ''] = process.argv.slice(2);
const tell = (line: AgentLine) => process.stdout.write(`${JSON.stringify(line)}\n`);

const seen = new Set<string>();
let current = Promise.withResolvers<OpenClient>();

/** Reports each thread once, including those older than the agent. */
async function look(client: CommunityClient): Promise<void> {
  const { items } = await client.boards.threads({ limit: NEWEST });
  for (const { subject } of items.toReversed()) {
    if (seen.has(subject)) continue;
    seen.add(subject);
    tell({ line: 'thread', atMs: Date.now(), subject });
  }
}

async function followThreads(client: CommunityClient): Promise<void> {
  for await (const _change of await client.boards.changes({})) await look(client);
}

const newsOf = (line: PeerNews['line'], peer: Omit<PeerNews, 'line' | 'atMs'>): PeerNews => {
  const { peerId, name, via, direction, address } = peer;
  return { line, atMs: Date.now(), peerId, name, via, direction, address };
};

/** Reports differences between one view and the next; each connection to the node starts with no peers. */
async function followPeers(client: CommunityClient): Promise<void> {
  let before = new Map<string, FederationView['peers'][number]>();
  for await (const { peers } of await client.federation.watch({})) {
    const now = new Map(peers.map((peer) => [peer.peerId, peer]));
    for (const [id, peer] of now) {
      const old = before.get(id);
      if (!old) tell(newsOf('peer-gained', peer));
      else if (old.via !== peer.via || old.address !== peer.address) tell(newsOf('peer-moved', peer));
    }
    for (const [id, peer] of before) if (!now.has(id)) tell(newsOf('peer-lost', peer));
    before = now;
  }
}

/** Repeats work while `going`. Work fails until the node has a community, and ends when the node stops. */
async function keepUp(work: () => Promise<void>, going: () => boolean): Promise<void> {
  while (going()) {
    await work().catch(() => {});
    await pause(POLL_MS);
  }
}

async function follow(): Promise<never> {
  for (;;) {
    const open = await connectToHost(dataDir).catch(() => null);
    if (open === null) {
      await pause(POLL_MS);
      continue;
    }
    const { client, lost } = open;
    let up = true;
    const gone = lost.catch(() => {
      up = false;
    });
    current.resolve(open);
    for (const work of [look, followThreads, followPeers])
      void keepUp(
        async () => work(await onlyOf(client)),
        () => up,
      );
    await gone;
    current = Promise.withResolvers();
  }
}

const ofNode = new Set(Object.keys(nodeProcedures));

/** The procedures of a client by name, untyped, since the node validates its input. */
type Procedures = {
  readonly [feature: string]: { readonly [name: string]: (input: unknown) => Promise<unknown> };
};

async function answer({ id, path, input }: AgentCall): Promise<void> {
  try {
    const late = pause(NODE_DEADLINE_MS, null, { ref: false });
    const open = await Promise.race([current.promise, late]);
    if (open === null) throw new Error('The node is down.');
    const [feature = '', name = ''] = path.split('.');
    const client = ofNode.has(feature) ? open.client : await onlyOf(open.client);
    const procedure = (client as unknown as Procedures)[feature]?.[name];
    if (!procedure) throw new Error(`No procedure is called ${path}.`);
    tell({ line: 'answer', id, output: await Promise.race([procedure(input), open.lost]) });
  } catch (error) {
    const { code, message } = outcomeOf(error).problem;
    tell({ line: 'failure', id, code, message });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(AgentCall.parse(JSON.parse(line))));
void follow();
await once(lines, 'close');
process.exit(0);
