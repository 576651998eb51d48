import type { SimAct, SimRandom } from '../feature/index.ts';
import type { Members } from '../members/index.ts';
import type { Boards } from './service.ts';

interface Services {
  readonly boards: Boards;
  readonly members: Pick<Members, 'me'>;
}

const EMOJI = ['👍', '❤️', '🎉'];

/** The acts of people on boards in the simulated world. */
export const boardActs: readonly SimAct<Services>[] = [
  {
    name: 'start',
    weight: 5,
    act({ boards }, rng) {
      const known = boards.list();
      if (known.length === 0) return null;
      return boards.startThread({ board: rng.pick(known).id, ...words(rng), attachments: [] });
    },
  },
  {
    name: 'reply',
    weight: 8,
    act(services, rng) {
      const thread = someThread(services, rng);
      return thread && services.boards.reply({ thread, text: words(rng).text, attachments: [] });
    },
  },
  {
    name: 'edit',
    weight: 4,
    act(services, rng) {
      const post = somePost(services, rng, true);
      return post && services.boards.edit({ id: post, text: words(rng).text });
    },
  },
  {
    name: 'delete',
    weight: 3,
    act(services, rng) {
      const post = somePost(services, rng, rng.chance(0.8));
      return post && services.boards.delete({ id: post, reason: 'old' });
    },
  },
  {
    name: 'react',
    weight: 4,
    act(services, rng) {
      const post = somePost(services, rng, false);
      return post && services.boards.react({ id: post, emoji: rng.pick(EMOJI), on: rng.chance(0.7) });
    },
  },
  {
    name: 'mark',
    weight: 2,
    act(services, rng) {
      const id = someThread(services, rng);
      return id && services.boards.markThread({ id, pinned: rng.chance(0.5), locked: rng.chance(0.2) });
    },
  },
  {
    name: 'read',
    weight: 1,
    act(services, rng) {
      const thread = someThread(services, rng);
      return thread && services.boards.markRead({ thread });
    },
  },
  {
    name: 'board',
    weight: 1,
    act({ boards }, rng) {
      const number = rng.between(0, 9);
      return boards.create({
        slug: `board-${number}`,
        name: `Board ${number}`,
        description: '',
        postRole: 'member',
      });
    },
  },
  {
    name: 'describe',
    weight: 1,
    act({ boards }, rng) {
      const known = boards.list();
      if (known.length === 0) return null;
      return boards.update({ id: rng.pick(known).id, description: words(rng).text });
    },
  },
];

function words(rng: SimRandom): { subject: string; text: string } {
  const number = rng.between(0, 1e6);
  return { subject: `Subject ${number}`, text: `Some words ${number}` };
}

function someThread({ boards }: Services, rng: SimRandom): string | null {
  const { items } = boards.threads({ unreadOnly: false, limit: 20 });
  return items.length === 0 ? null : rng.pick(items).id;
}

/** A post from the newest threads; null if there is none. */
export function somePost(services: Services, rng: SimRandom, mine: boolean): string | null {
  const id = someThread(services, rng);
  if (id === null) return null;
  const { posts } = services.boards.thread({ id, limit: 20 });
  const me = services.members.me().did;
  const items = posts.items.filter(({ author }) => !mine || author.did === me);
  return items.length === 0 ? null : rng.pick(items).id;
}
