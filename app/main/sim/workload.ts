import { didOf } from '../kernel/did.ts';
import { Problem } from '../kernel/errors.ts';
import type { Community } from '../node/community.ts';
import type { Dice } from './dice.ts';
import type { SimNode } from './node.ts';
import { reviewActs } from './review-acts.ts';

type Act = (community: Community, dice: Dice, nodes: readonly SimNode[]) => unknown;

const EMOJI = ['👍', '❤️', '🎉'];

/** What people do, with how often they do it. */
const ACTS: readonly (readonly [string, number, Act])[] = [
  [
    'start',
    5,
    ({ boards }, dice) => {
      const known = boards.list();
      if (known.length === 0) return null;
      return boards.startThread({ board: dice.pick(known).id, ...words(dice), attachments: [] });
    },
  ],
  [
    'reply',
    8,
    (community, dice) => {
      const thread = someThread(community, dice);
      return thread && community.boards.reply({ thread, text: words(dice).text, attachments: [] });
    },
  ],
  [
    'edit',
    4,
    (community, dice) => {
      const post = somePost(community, dice, true);
      return post && community.boards.edit({ id: post, text: words(dice).text });
    },
  ],
  [
    'delete',
    3,
    (community, dice) => {
      const post = somePost(community, dice, dice.chance(0.8));
      return post && community.boards.delete({ id: post, reason: 'old' });
    },
  ],
  [
    'react',
    4,
    (community, dice) => {
      const post = somePost(community, dice, false);
      return post && community.boards.react({ id: post, emoji: dice.pick(EMOJI), on: dice.chance(0.7) });
    },
  ],
  [
    'mark',
    2,
    (community, dice) => {
      const id = someThread(community, dice);
      return id && community.boards.markThread({ id, pinned: dice.chance(0.5), locked: dice.chance(0.2) });
    },
  ],
  [
    'read',
    1,
    (community, dice) => {
      const thread = someThread(community, dice);
      return thread && community.boards.markRead({ thread });
    },
  ],
  ['say', 6, ({ chat }, dice) => chat.say(words(dice).text)],
  ['rename', 1, ({ members }, dice) => members.setHandle(`name${dice.between(0, 5)}`)],
  [
    'board',
    1,
    ({ boards }, dice) => {
      const number = dice.between(0, 9);
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
    (community, dice) => {
      const known = community.boards.list();
      if (known.length === 0) return null;
      return community.boards.update({ id: dice.pick(known).id, description: words(dice).text });
    },
  ],
  ['name', 1, (community, dice) => community.update({ description: words(dice).text })],
  [
    'role',
    2,
    ({ members }, dice, nodes) =>
      members.setRole({
        did: someone(dice, nodes),
        role: dice.pick(['guest', 'member', 'moderator'] as const),
      }),
  ],
  [
    'ban',
    2,
    ({ members }, dice, nodes) => members.ban({ did: someone(dice, nodes), reason: 'shouting', until: null }),
  ],
  ['lift', 2, ({ members }, dice, nodes) => members.lift({ did: someone(dice, nodes) })],
  ...reviewActs((community, dice) => somePost(community, dice, false)),
];

const DECK = ACTS.flatMap((act) => Array.from({ length: act[1] }, () => act));

/**
 * One person does one thing at one node; resolves to what came of it, which for the ledger may take seconds of
 * the world. What the node refuses with a Problem is an answer; anything else that it throws is its fault and
 * is passed on.
 */
export async function actOnce(node: SimNode, dice: Dice, nodes: readonly SimNode[]): Promise<string> {
  const { community } = node;
  const [name, , act] = dice.pick(DECK);
  if (!community) return `${node.name} is down`;
  try {
    await act(community, dice, nodes);
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

function words(dice: Dice): { subject: string; text: string } {
  const number = dice.between(0, 1e6);
  return { subject: `Subject ${number}`, text: `Some words ${number}` };
}

function someThread({ boards }: Community, dice: Dice): string | null {
  const { items } = boards.threads({ unreadOnly: false, limit: 20 });
  return items.length === 0 ? null : dice.pick(items).id;
}

function somePost(community: Community, dice: Dice, mine: boolean): string | null {
  const id = someThread(community, dice);
  if (id === null) return null;
  const { posts } = community.boards.thread({ id, limit: 20 });
  const me = community.members.me().did;
  const items = posts.items.filter(({ author }) => !mine || author.did === me);
  return items.length === 0 ? null : dice.pick(items).id;
}

function someone(dice: Dice, nodes: readonly SimNode[]): string {
  return didOf(dice.pick(nodes).signer.publicKey);
}
