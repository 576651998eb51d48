import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import type { Community } from '../node/community.ts';
import type { Rng } from './rng.ts';
import type { SimNode } from './node.ts';
import { reviewActs } from './review-acts.ts';

type Act = (community: Community, rng: Rng, nodes: readonly SimNode[]) => unknown;

const EMOJI = ['👍', '❤️', '🎉'];

/** What people do, with how often they do it. */
const ACTS: readonly (readonly [string, number, Act])[] = [
  [
    'start',
    5,
    ({ boards }, rng) => {
      const known = boards.list();
      if (known.length === 0) return null;
      return boards.startThread({ board: rng.pick(known).id, ...words(rng), attachments: [] });
    },
  ],
  [
    'reply',
    8,
    (community, rng) => {
      const thread = someThread(community, rng);
      return thread && community.boards.reply({ thread, text: words(rng).text, attachments: [] });
    },
  ],
  [
    'edit',
    4,
    (community, rng) => {
      const post = somePost(community, rng, true);
      return post && community.boards.edit({ id: post, text: words(rng).text });
    },
  ],
  [
    'delete',
    3,
    (community, rng) => {
      const post = somePost(community, rng, rng.chance(0.8));
      return post && community.boards.delete({ id: post, reason: 'old' });
    },
  ],
  [
    'react',
    4,
    (community, rng) => {
      const post = somePost(community, rng, false);
      return post && community.boards.react({ id: post, emoji: rng.pick(EMOJI), on: rng.chance(0.7) });
    },
  ],
  [
    'mark',
    2,
    (community, rng) => {
      const id = someThread(community, rng);
      return id && community.boards.markThread({ id, pinned: rng.chance(0.5), locked: rng.chance(0.2) });
    },
  ],
  [
    'read',
    1,
    (community, rng) => {
      const thread = someThread(community, rng);
      return thread && community.boards.markRead({ thread });
    },
  ],
  ['say', 6, ({ chat }, rng) => chat.say(words(rng).text)],
  ['rename', 1, ({ members }, rng) => members.setHandle(`name${rng.between(0, 5)}`)],
  [
    'board',
    1,
    ({ boards }, rng) => {
      const number = rng.between(0, 9);
      return boards.create({
        slug: `board-${number}`,
        name: `Board ${number}`,
        description: '',
        postRole: 'member',
      });
    },
  ],
  [
    'describe',
    1,
    (community, rng) => {
      const known = community.boards.list();
      if (known.length === 0) return null;
      return community.boards.update({ id: rng.pick(known).id, description: words(rng).text });
    },
  ],
  ['name', 1, (community, rng) => community.update({ description: words(rng).text })],
  [
    'role',
    2,
    ({ members }, rng, nodes) =>
      members.setRole({
        did: someone(rng, nodes),
        role: rng.pick(['guest', 'member', 'moderator'] as const),
      }),
  ],
  [
    'ban',
    2,
    ({ members }, rng, nodes) => members.ban({ did: someone(rng, nodes), reason: 'shouting', until: null }),
  ],
  ['lift', 2, ({ members }, rng, nodes) => members.lift({ did: someone(rng, nodes) })],
  ...reviewActs((community, rng) => somePost(community, rng, false)),
];

const DECK = ACTS.flatMap((act) => Array.from({ length: act[1] }, () => act));

/**
 * One person does one thing at one node; resolves to what came of it, which for the ledger may take seconds of
 * the world. What the node refuses with a Problem is an answer; anything else that it throws is its fault and
 * is passed on.
 */
export async function actOnce(node: SimNode, rng: Rng, nodes: readonly SimNode[]): Promise<string> {
  const { community } = node;
  const [name, , act] = rng.pick(DECK);
  if (!community) return `${node.name} is down`;
  try {
    await act(community, rng, nodes);
    return `${node.name} ${name}`;
  } catch (error) {
    if (error instanceof Problem) return `${node.name} ${name} ${error.code}`;
    throw error;
  }
}

/** Ends every ban, so that all are let in again. */
export async function letAllIn({ members }: Community): Promise<void> {
  for (const { did, banned } of members.list()) {
    try {
      if (banned) await members.lift({ did });
    } catch (error) {
      // It is on its way already, or the node went down meanwhile.
      if (!(error instanceof Problem)) throw error;
    }
  }
}

function words(rng: Rng): { subject: string; text: string } {
  const number = rng.between(0, 1e6);
  return { subject: `Subject ${number}`, text: `Some words ${number}` };
}

function someThread({ boards }: Community, rng: Rng): string | null {
  const { items } = boards.threads({ unreadOnly: false, limit: 20 });
  return items.length === 0 ? null : rng.pick(items).id;
}

function somePost(community: Community, rng: Rng, mine: boolean): string | null {
  const id = someThread(community, rng);
  if (id === null) return null;
  const { posts } = community.boards.thread({ id, limit: 20 });
  const me = community.members.me().did;
  const items = posts.items.filter(({ author }) => !mine || author.did === me);
  return items.length === 0 ? null : rng.pick(items).id;
}

function someone(rng: Rng, nodes: readonly SimNode[]): string {
  return didOf(rng.pick(nodes).signer.publicKey);
}
