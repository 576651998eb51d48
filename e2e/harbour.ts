import Database from 'better-sqlite3';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { CommunityClient, Job } from '../app/contract/index.ts';
import { connectToHost, type OpenClient } from '../app/main/cli/client.ts';
import { onlyOf, type TestNode } from './node.ts';
import type { Stage } from './stage.ts';

const PATIENT = { timeout: 60_000, interval: 100 };
const MAILS = 400;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

type People = Readonly<Record<'mara' | 'juno' | 'odin', CommunityClient>>;

const boards = [
  {
    slug: 'harbour-talk',
    name: 'Harbour talk',
    description: 'Weather, berths and whatever the tide brings in.',
  },
  {
    slug: 'watch',
    name: 'Watch',
    description: 'For those who keep the node running.',
    postRole: 'moderator',
  },
  { slug: 'regatta-1999', name: 'Regatta 1999', description: 'Closed; kept for reading.' },
] as const;

/** Who starts a thread, its subject and its text. */
const threads = [
  ['juno', 'Tide tables for the new year', 'See [the tables](https://example.org/tides); *March* is new.'],
  ['odin', 'Who else still has a working Courier?', '```\nATZ\nOK\nATDT 5550142\nCONNECT 14400\n```'],
  ['mara', 'Fog horn schedule moved by ten minutes', 'From Monday on, so that it no longer meets the ferry.'],
  ['juno', 'Lost: one green mooring line', 'Last seen on the pontoon. It has a knot that nobody else ties.'],
  ['odin', 'Ferry times over the holidays', 'The last one leaves at nine. The saloon is closed until March.'],
  ['mara', 'Reading list for long crossings', 'Name one book that survived a wet bag.'],
] as const;

const storm = {
  subject: 'Storm on Tuesday: who has spare berths?',
  text: `The harbour master asked for numbers before noon, so answer here rather than by phone.

- east wall: two berths
- north pier: none until Thursday
- pontoon C: ask **Juno**`,
};

/** Replies to the storm. Where a text contains “moorpass”, a list keeps it for a moderator. */
const replies = [
  ['juno', 'There is room for two more at the east wall if you do not mind a short walk.'],
  [
    'odin',
    'I measured it twice.\n\n| Pier | Depth | Free |\n| --- | ---: | ---: |\n| East | 3.2 m | 2 |\n| North | 4.1 m | 0 |',
  ],
  ['odin', 'Berth passes: a moorpass for the whole season, and no questions asked.'],
  ['odin', 'Selling one moorpass. It is a real one, I only moved away.'],
  ['mara', 'Thank you. The **pontoon** is yours, then.'],
  ['odin', 'Write to me for a moorpass; I answer within minutes.'],
  ['mara', 'Does anybody still accept the old moorpass at the north pier?'],
  ['juno', 'My connection drops at the turn of the tide, which can hardly be the cause.'],
  ['juno', 'Bring your own mug, the good ones are all spoken for.'],
] as const;

const lines = [
  ['mara', 'evening all'],
  ['juno', 'wind is picking up out here'],
  ['odin', 'I can see the ferry from my window'],
  ['juno', '/me puts the kettle on'],
  ['mara', 'who has the key to the shed'],
  ['odin', 'it hangs behind the tide tables'],
  ['mara', 'found it, thank you'],
  ['juno', 'that search found a mail from 2002'],
  ['odin', 'the one about the modem rack?'],
  ['juno', 'the very same'],
  ['mara', 'anyone near the east wall?'],
  ['odin', 'back in ten'],
  ['juno', 'good night then'],
] as const;

/** A community, and the ids of what tests open by its address. */
export interface Harbour {
  readonly node: TestNode;
  /** Of {@link node}, whose person is the sysop. */
  readonly client: CommunityClient;
  /** A node of the community that is no validator. */
  readonly ferry: TestNode;
  readonly thread: string;
  /** A post in {@link thread} that only its author and moderators see. */
  readonly heldPost: string;
  /** An item in the queue that a model judged. */
  readonly item: string;
  close(): Promise<void>;
}

/** The value as soon as there is one. */
const found = <T>(look: () => Promise<T | undefined>): Promise<T> =>
  vi.waitFor(async () => {
    const value = await look().catch(() => undefined);
    if (value === undefined) throw new Error('It is not there.');
    return value;
  }, PATIENT);

async function connect(node: TestNode): Promise<OpenClient> {
  const open = await connectToHost(node.dataDir);
  if (open === null) throw new Error('The node does not answer.');
  return open;
}

/**
 * A community with content in every room of the console. Mara founded it. Juno, a co-sysop on a second node, is
 * online and imported the old mail. Odin wrote from a third node, was banned, and is gone.
 */
export async function harbour(stage: Stage): Promise<Harbour> {
  const node = await stage.founder('Mara', '--credit', 'harbour penny', '--supply', '5000');
  const [ferry, lantern] = await Promise.all([stage.member(node, 'Juno'), stage.member(node, 'Odin')]);
  const links = await Promise.all([node, ferry, lantern].map(connect));
  const [mara, juno, odin] = (await Promise.all(links.map(({ client }) => onlyOf(client)))) as [
    CommunityClient,
    CommunityClient,
    CommunityClient,
  ];
  const people = { mara, juno, odin };

  const others = await settle(people);
  const ids = await write(people);
  await caughtUp(node, ferry);
  for (const { id, slug } of await mara.boards.list({}))
    if (slug !== 'harbour-talk') await mara.boards.markRead({ board: id });
  const open = await moderate(people, ids);
  await lantern.end();
  await mara.review.purge({ id: open.private, reason: 'A home address, published without consent' });
  await mara.members.ban({
    did: others.odin,
    reason: 'Sold places on the ferry list',
    until: Date.now() + WEEK_MS,
  });
  await juno.chat.doing({ doing: 'Reading Harbour talk', idleMs: 0 });
  fillHours(node);
  await mara.maintenance.backup({});
  const path = join(node.dataDir, 'harbour.jsonl');
  await finished(mara, await mara.archive.export({ path, format: 'jsonl' }));
  const board = (await mara.boards.list({})).find(({ slug }) => slug === 'harbour-talk');
  if (board) await finished(mara, await mara.archive.import({ board: board.id, source: { path } }));
  const close = async () => void (await Promise.all(links.map((one) => one.close())));
  return { node, client: mara, ferry, thread: ids.thread, heldPost: ids.held[0]!, item: open.item, close };
}

/** Waits until a job is done. */
async function finished(client: CommunityClient, { id }: Job): Promise<void> {
  const job = await found(async () =>
    (await client.archive.jobs({})).find((one) => one.id === id && one.endedAt !== null),
  );
  if (job.state !== 'done') throw new Error(`${job.title}: ${job.state}. ${job.problem?.message}`);
}

/** Waits until a node holds what another one has, and has judged it. */
const caughtUp = (node: TestNode, other: TestNode) =>
  vi.waitFor(() => {
    if (node.storedEvents() < other.storedEvents() || node.storedJudging().waiting > 0)
      throw new Error('It is still busy.');
  }, PATIENT);

/** Copies the counts of the latest hour to the two days before it, so that charts show a course. */
function fillHours({ database }: TestNode): void {
  const db = new Database(database!, { timeout: 10_000 });
  const posts = db.prepare(
    'INSERT OR IGNORE INTO hour SELECT hour - @ago, round(posts * @share) FROM hour WHERE hour = @latest',
  );
  const judged = db.prepare(
    `INSERT OR IGNORE INTO moderation_hour (hour, publish, queue, quarantine, latency, scores)
     SELECT hour - @ago, round(publish * @share), round(queue * @share * @share), round(quarantine * @share),
       CAST(substr(latency, 1 + 4 * @faster) || zeroblob(4 * @faster) AS BLOB), scores
     FROM moderation_hour WHERE hour = @latest`,
  );
  try {
    const latest = db.prepare('SELECT max(hour) FROM moderation_hour').pluck().get() as number;
    db.transaction(() => {
      for (let ago = 1; ago < 48; ago += 1) {
        const share = ago % 24 === 9 ? 0 : (1.2 + Math.sin(ago / 3.8)) / 3;
        if (share === 0) continue;
        posts.run({ ago, share, latest });
        // Latencies are counted in classes of four bytes, the fastest first.
        judged.run({ ago, share, latest, faster: Math.round(2 - 2 * Math.cos(ago / 5)) });
      }
    })();
  } finally {
    db.close();
  }
}

/** Names, settings, roles, credits, boards and lists. Returns the others’ DIDs. */
async function settle({ mara, juno, odin }: People) {
  for (const [name, client] of Object.entries({ 'harbour-1': mara, ferry: juno, lantern: odin })) {
    await client.settings.set({ node: { name } });
    // Everybody here writes much within a minute.
    await client.moderation.setRules({ perMinute: 1_000, perMinuteNew: 1_000, flood: 1_000 });
    await client.moderation.importList({ name: 'Harbour words', text: 'moorpass\nskipperbonus\n' });
  }
  await mara.community.update({ description: 'A board for people who are awake when the ferry leaves.' });
  const didOf = (handle: string) =>
    found(async () => (await mara.members.list({})).find((one) => one.handle === handle)?.did);
  const dids = { juno: await didOf('Juno'), odin: await didOf('Odin') };
  await mara.members.setRole({ did: dids.juno, role: 'co-sysop' });
  for (const [to, amount, memo] of [
    [dids.juno, 40, 'for the kettle'],
    [dids.odin, 12, 'berth for Friday'],
    [dids.juno, 5, ''],
  ] as const)
    await mara.ledger.submit({ kind: 'credit.transfer', body: { to, amount, memo } });
  await mara.federation.invite({ reach: 'machine', role: 'guest', uses: 7, hours: 168 });
  const domains = Array.from({ length: 300 }, (_, n) => `best-berths-${n}.example`).join('\n');
  await mara.moderation.importList({ name: 'Ad domains', text: domains, decision: 'quarantine' });
  return dids;
}

/** Threads, replies, reactions and chat of all three, and old mail. */
async function write(people: People) {
  const { mara, juno, odin } = people;
  const [board, , closed] = await Promise.all(boards.map((one) => mara.boards.create(one)));
  if (!board || !closed) throw new Error('A board is missing.');
  for (const client of [juno, odin])
    await found(async () => (await client.boards.list({})).find(({ id }) => id === board.id));
  const started: string[] = [];
  for (const [who, subject, text] of threads)
    started.push((await people[who].boards.startThread({ board: board.id, subject, text })).id);
  await mara.boards.startThread({
    board: closed.id,
    subject: 'Results of the last race',
    text: 'Nobody arrived before dark, so the first to ask for soup won.',
  });
  await mara.boards.update({ id: closed.id, archived: true });
  const file = new File(['Pier,Depth,Free\nEast,3.2,2\nNorth,4.1,0\n'], 'berths.csv', { type: 'text/csv' });
  const { cid } = await mara.files.put({ file });
  const { id: thread } = await mara.boards.startThread({ board: board.id, ...storm, attachments: [cid] });
  for (const client of [juno, odin]) await found(() => client.boards.post({ id: thread }));
  const posts: string[] = [];
  for (const [who, text] of replies) {
    const { id } = await people[who].boards.reply({ thread, text });
    posts.push(id);
    await found(() => mara.boards.post({ id }));
  }
  await juno.boards.edit({ id: posts[0]!, text: `${replies[0][1]} Bring fenders.` });
  for (const [who, text] of lines) await people[who].chat.say({ text });
  await finished(juno, await juno.archive.demo({ limit: MAILS }));
  await mara.boards.markThread({ id: thread, pinned: true });
  await mara.boards.react({ id: posts[1]!, emoji: '⚓', on: true });
  await juno.boards.react({ id: thread, emoji: '❤️', on: true });
  const held = posts.filter((_, n) => replies[n]?.[1].includes('moorpass'));
  for (const id of held) await found(async () => (await mara.review.item({ id })).item.held ?? undefined);
  return { thread, courier: started[1]!, posts, held };
}

/** Appeals, reports, decisions and claims. Returns two items that are still open. */
async function moderate(
  { mara, juno, odin }: People,
  { courier, held }: { courier: string; held: string[] },
) {
  const { items } = await mara.review.list({
    filter: { kinds: ['post'], labels: ['spam'], order: 'worst' },
    limit: 10,
  });
  const spam = items.map(({ id }) => id);
  for (const id of spam) await found(() => juno.review.item({ id }));
  await odin.review.appeal({ id: held[1]!, text: 'I sell one pass a year. This is not an advertisement.' });
  await juno.review.report({ id: courier, note: 'The wrong board, for the third time.' });
  await juno.review.rule({ ids: spam.slice(0, 3), ruling: 'remove', labels: ['spam'] });
  await juno.review.claim({ ids: spam.slice(3, 4) });
  await juno.review.escalate({ ids: spam.slice(4, 5), note: 'I know the author; better that you decide.' });
  for (const id of spam.slice(0, 3))
    await found(async () => (await mara.review.item({ id })).item.ruling ?? undefined);
  await found(async () => (await mara.review.item({ id: held[1]! })).item.appeal ?? undefined);
  await found(async () => (await mara.review.item({ id: courier })).item.reports[0]);
  await mara.review.rule({ ids: spam.slice(0, 2), ruling: 'remove', labels: ['spam'] });
  await mara.review.rule({ ids: spam.slice(2, 3), ruling: 'publish', note: 'An old friend.' });
  await mara.review.saveFilter({ name: 'Advertisements', filter: { labels: ['spam'], order: 'worst' } });
  return { item: spam[5]!, private: spam[6]! };
}
