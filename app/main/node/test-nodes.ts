import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommunityClient, Notice } from '../../contract/index.ts';
import { startNode, type RunningNode } from './start.ts';

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
const systemKey = new Uint8Array(32).fill(7);

/** Whole nodes with their own keys, ports and directories, on real TCP of this machine. */
export class TestNodes {
  readonly #directories: string[] = [];
  readonly #running = new Set<RunningNode>();

  /** A new node, or an existing one by its directory. */
  async start(dataDir?: string, offline = false): Promise<{ node: RunningNode; dataDir: string }> {
    const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'impulse-nodes-')));
    if (!dataDir) {
      this.#directories.push(directory);
      const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
      await writeFile(join(directory, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    }
    const node = await startNode({ dataDir: directory, systemKey, offline });
    this.#running.add(node);
    return { node, dataDir: directory };
  }

  async stop(node: RunningNode): Promise<void> {
    this.#running.delete(node);
    await node.stop();
  }

  /** Stops all nodes and removes their files. */
  async end(): Promise<void> {
    for (const node of this.#running) await node.stop();
    this.#running.clear();
    for (const directory of this.#directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  }

  /** Three people meet by invites; the founder makes the two others validators. */
  async threeValidators(model: 'byzantine' | 'crash') {
    const [mara, ines, odin] = await Promise.all([this.start(), this.start(), this.start()]);
    await mara.node.client.communities.create({
      name: 'Harbour',
      description: '',
      handle: 'mara',
      boards: false,
      model,
    });
    const founder = only(mara.node);
    const { link } = await founder.federation.invite({ role: 'member', hours: 1, uses: 2, reach: 'machine' });
    await ines.node.client.communities.join({ invite: link, handle: 'ines' });
    await odin.node.client.communities.join({ invite: link, handle: 'odin' });
    const cards = await Promise.all([ines, odin].map(({ node }) => node.client.identity.card({})));
    await founder.ledger.changeValidators({ add: cards, remove: [] });
    for (const { node } of [mara, ines, odin]) {
      await seen(node, async () => (await only(node).ledger.status({})).epoch === 1);
    }
    return { mara, ines, odin };
  }
}

/** The client in the only community of a node. */
export function only({ client, communities }: Pick<RunningNode, 'client' | 'communities'>): CommunityClient {
  const [card, ...others] = communities();
  if (!card || others.length > 0) throw new Error('the node does not have exactly one community');
  return client.in(card.id);
}

/** Resolves once `look` finds something; it is called at each change of a room of the node. */
export async function seenIn<T>(
  room: 'ledger' | 'members' | 'boards',
  node: RunningNode,
  look: () => Promise<T | false | null>,
): Promise<T> {
  const ended = new AbortController();
  try {
    const changes = await only(node)[room].changes({}, { signal: ended.signal });
    const watching = Symbol('watching');
    for (let news: unknown = watching; ; news = await changes.next()) {
      if (news === undefined) throw new Error('the node went away');
      const found = await look();
      if (found !== false && found !== null) return found;
    }
  } finally {
    ended.abort();
  }
}

/** The same at each final block. */
export const seen = <T>(node: RunningNode, look: () => Promise<T | false | null>): Promise<T> =>
  seenIn('ledger', node, look);

/** The notices of a node, once there are that many. */
export async function noticed(node: RunningNode, count: number): Promise<Notice[]> {
  const ended = new AbortController();
  try {
    for await (const { notices } of await only(node).community.watch({}, { signal: ended.signal })) {
      if (notices.length === count) return notices;
    }
    throw new Error('the node went away');
  } finally {
    ended.abort();
  }
}
