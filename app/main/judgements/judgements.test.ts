import { describe, expect, test } from 'vitest';
import { answer, converse } from '../federation/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import { decodeMessage, encodeMessage } from '../log/wire.ts';
import type { Classifiers, ImageClassifiers, Judgement, OwnJudgement } from '../moderation/index.ts';
import { handBlocks, TestCommunity, type TestNode } from '../node/test-community.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { Answering } from './answering.ts';
import { Line } from './line.ts';
import {
  decodeAsk,
  encodeAsk,
  encodeGiven,
  encodeStatement,
  JUDGEMENTS_PROTOCOL,
  signedBytes,
} from './wire.ts';

const POSTS = 400;
const everything = { unreadOnly: false, limit: 100 };

/** Classifiers that remember what they were asked. */
function countingClassifiers(identity = new Uint8Array(32)) {
  const own = memoryClassifiers();
  const judged: string[] = [];
  const classifiers: Classifiers & ImageClassifiers = {
    ...own,
    identity: async () => identity,
    judge(texts) {
      judged.push(...texts);
      return own.judge(texts);
    },
  };
  /** The judged texts of posts. */
  const posts = () => judged.filter((text) => text.startsWith('Boats'));
  return { classifiers, posts };
}

/** Classifiers that find nothing wrong with any text. */
function blindClassifiers(): Classifiers & ImageClassifiers {
  const own = memoryClassifiers();
  const blind = (judgement: Judgement): Judgement => ({
    ...judgement,
    scores: Object.fromEntries(
      Object.keys(judgement.scores).map((label) => [label, 0]),
    ) as Judgement['scores'],
    spans: [],
  });
  return { ...own, judge: async (texts) => (await own.judge(texts)).map(blind) };
}

/** One member writes as much as many would. */
const NO_LIMITS = {
  perMinute: 1e6,
  perMinuteNew: 1e6,
  sameText: 1e6,
  links: 1e6,
  linksNew: 1e6,
  flood: 1e6,
  trustedAfterMessages: 1e6,
};

/** Mara's community with a board of Olga's old posts; Olga has left, and Ines is not linked yet. */
async function community({
  maras = memoryClassifiers(),
  inesClassifiers = countingClassifiers().classifiers,
  textOf = (n: number) => `Message ${n}`,
  edits = false,
}: {
  maras?: Classifiers & ImageClassifiers;
  inesClassifiers?: Classifiers & ImageClassifiers;
  textOf?: (n: number) => string;
  /** Whether Olga changed her first message. */
  edits?: boolean;
} = {}) {
  const world = new TestCommunity();
  const mara = await world.person('mara', { classifiers: maras });
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  await world.admit(mara, 'ines');
  await world.admit(mara, 'olga');
  const olga = await world.person('olga', { classifiers: blindClassifiers() });
  for (const node of [mara, olga]) node.moderation.setRules(NO_LIMITS);
  await world.link(olga, mara);
  const threads: string[] = [];
  for (let n = 0; n < POSTS; n++) {
    const thread = { board: board.id, subject: 'Boats', text: textOf(n), attachments: [] };
    threads.push((await olga.boards.startThread(thread)).id);
    if (n % 40 === 0) await world.clock.pass(1000);
  }
  if (edits) await olga.boards.edit({ id: threads[0]!, text: 'Changed later' });
  await world.clock.pass(60_000);
  await olga.stop();
  await olga.transport.stop();
  const ines = await world.person('ines', { classifiers: inesClassifiers });
  ines.moderation.setRules(NO_LIMITS);
  return { world, mara, ines, board, clock: world.clock };
}

/** What an honest answer is made of, and how Mara signs one. */
interface Truth {
  readonly community: Uint8Array;
  readonly judgements: readonly (OwnJudgement | null)[];
  readonly statement: Uint8Array;
  readonly sign: (statement: Uint8Array) => { statement: Uint8Array; signature: Uint8Array };
}

const handshakeOf = (who: TestNode, { clock }: TestCommunity) => ({
  ...who,
  clock,
  verifier: immediateVerifier,
  authority: who.members.roster,
  nodeName: () => who.name,
});
const maraAsPeer = (mara: TestNode) => ({ peer: 'mara', publicKey: mara.signer.publicKey });
const answeringOf = (who: TestNode, world: TestCommunity) =>
  new Answering({ ...handshakeOf(who, world), ownJudgement: who.moderation.ownJudgement });

const shown = (who: TestNode): number => who.boards.counts().posts ?? 0;
const judgeOf = (who: TestNode, handle: string) =>
  who.judgements.judges().find((judge) => judge.handle === handle);

describe('what a trusted person’s node judged', () => {
  test('[J28] [JX1] [JX2] is taken over by a node that catches up, all but a sample', async () => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers });
    await world.link(ines, mara);
    await clock.pass(20_000);
    expect(shown(ines)).toBe(POSTS);
    const judged = posts();
    expect(judged.length).toBeGreaterThan(0);
    expect(judged.length).toBeLessThan(POSTS / 8);
    expect(judgeOf(ines, 'mara')).toMatchObject({
      trusted: true,
      isValidator: true,
      choice: null,
      taken: POSTS - judged.length,
      sampled: judged.length,
      disagreed: 0,
      distrustedAt: null,
    });
    expect(ines.boards.threads(everything).items).toHaveLength(100);
  });

  test('[J28] is not taken over if it would be held back by this node’s bounds', async () => {
    const { classifiers, posts } = countingClassifiers();
    const textOf = (n: number) => (n % 2 === 0 ? `Message ${n}` : `Message ${n} [spam 0.4]`);
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers, textOf });
    const { id } = await ines.moderation.tryBounds({
      board: null,
      bounds: { spam: { queue: 0.3, quarantine: 0.9 } },
    });
    ines.moderation.apply({ replay: id });
    await world.link(ines, mara);
    await clock.pass(20_000);
    expect(shown(ines)).toBe(POSTS / 2);
    expect(posts().filter((text) => text.includes('spam'))).toHaveLength(POSTS / 2);
    expect(posts().length).toBeLessThan(POSTS / 2 + POSTS / 8);
  });

  test('[J28] is not taken over if it is of other models', async () => {
    const { classifiers, posts } = countingClassifiers(new Uint8Array(32).fill(7));
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers });
    await world.link(ines, mara);
    await clock.pass(30_000);
    expect(shown(ines)).toBe(POSTS);
    expect(posts()).toHaveLength(POSTS);
  });

  test('[J28] is not taken over for a text that was changed since', async () => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers, edits: true });
    await world.link(ines, mara);
    await clock.pass(20_000);
    expect(shown(ines)).toBe(POSTS);
    expect(posts()).toContain('Boats\nChanged later');
  });

  test('[J11] [J28] is part of the transaction that stores the item, if it is there in time', async () => {
    const { classifiers, posts } = countingClassifiers();
    const textOf = (n: number) => (n % 2 === 0 ? `Message ${n}` : `Message ${n} [spam 0.7]`);
    const { world, mara, ines, clock } = await community({
      maras: blindClassifiers(),
      inesClassifiers: classifiers,
      textOf,
    });
    const person = mara.signer.publicKey;
    await ines.moderation.askOthers({
      isReady: true,
      ask: async (ids) =>
        ids.map((id) => {
          const own = mara.moderation.ownJudgement(id);
          const isSpam = mara.moderation.holds.item(mara.log.store.event(id)!.seq)?.text.includes('spam');
          const scores = own && { ...own.scores, spam: isSpam ? 0.7 : 0 };
          return own && { ...own, scores: scores!, person };
        }),
    });
    await world.copy(mara, ines);
    await clock.pass(20_000);
    expect(shown(ines)).toBe(POSTS / 2);
    expect(posts().filter((text) => text.includes('spam'))).toHaveLength(POSTS / 2);
    expect(posts().length).toBeLessThan(POSTS / 2 + POSTS / 8);
    expect(ines.moderation.judges.list()).toMatchObject([{ taken: POSTS - posts().length }]);
  });

  test('[J28] is not asked for while the models are off, or for what arrives live', async () => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, board, clock } = await community({ inesClassifiers: classifiers });
    await world.link(ines, mara);
    await clock.pass(20_000);
    const before = posts().length;
    const text = 'Live from the harbour';
    await mara.boards.startThread({ board: board.id, subject: 'Boats', text, attachments: [] });
    await clock.pass(5000);
    expect(posts().slice(before)).toEqual([`Boats\n${text}`]);
  });

  test('[J30] is not given if it is held back, or was taken over from somebody else', async () => {
    const textOf = (n: number) => (n < 10 ? `Message ${n} [spam 0.7]` : `Message ${n}`);
    const { world, mara, ines, clock } = await community({ textOf });
    await world.link(ines, mara);
    await clock.pass(20_000);
    // A person decided on two of them, not the models.
    const held = [...mara.log.store.items('content')].filter(
      ({ id }) => mara.moderation.holds.of(mara.log.store.event(id)!.seq)?.hidden,
    );
    expect(held).toHaveLength(10);
    const ids = held.slice(0, 2).map(({ id }) => cidOf(id));
    mara.review.rule({ ids, ruling: 'publish', labels: [], note: '' });
    await clock.pass(5000);
    expect(shown(mara)).toBe(POSTS - 8);
    const given = (who: TestNode) =>
      [...who.log.store.items('content')].filter(({ id }) => who.moderation.ownJudgement(id) !== null).length;
    expect(given(mara)).toBe(POSTS - 10);
    expect(given(ines)).toBe(judgeOf(ines, 'mara')!.sampled);
  });
});

describe('a person whose models judge otherwise', () => {
  /** Every second post is spam, and Mara's models see nothing. */
  const textOf = (n: number) => (n % 2 === 0 ? `Message ${n} [spam 0.95]` : `Message ${n}`);

  test('[J29] is not trusted any more, and everything taken over from them is judged again', async () => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({
      maras: blindClassifiers(),
      inesClassifiers: classifiers,
      textOf,
    });
    expect(shown(mara)).toBe(POSTS);
    await world.link(ines, mara);
    await clock.pass(60_000);
    expect(judgeOf(ines, 'mara')).toMatchObject({ trusted: false, taken: 0 });
    expect(judgeOf(ines, 'mara')!.disagreed).toBeGreaterThan(1);
    expect(judgeOf(ines, 'mara')!.distrustedAt).not.toBeNull();
    expect(new Set(posts()).size).toBe(POSTS);
    expect(shown(ines)).toBe(POSTS / 2);
    expect([...world.notices.keys()].filter((key) => key.startsWith('ines judge-distrusted'))).toHaveLength(
      1,
    );
  });

  test('[J29] a start goes on with what a crash left', async () => {
    const { world, mara, ines, clock } = await community();
    await world.link(ines, mara);
    await clock.pass(10_000);
    expect(judgeOf(ines, 'mara')!.taken).toBeGreaterThan(POSTS / 2);
    await ines.stop();
    await ines.transport.stop();
    // The decision is stored, and nothing that follows from it.
    ines.db.exec('UPDATE judge SET distrusted_at = 1');
    const { classifiers, posts } = countingClassifiers();
    const again = await world.person('ines', { db: ines.db, classifiers });
    again.moderation.setRules(NO_LIMITS);
    await clock.pass(60_000);
    expect(judgeOf(again, 'mara')!.taken).toBe(0);
    expect(posts().length).toBeGreaterThan(POSTS / 2);
    expect(shown(again)).toBe(POSTS);
  });

  test('[J29] is trusted again if the sysop wants it', async () => {
    const { world, mara, ines, clock } = await community({ maras: blindClassifiers(), textOf });
    await world.link(ines, mara);
    await clock.pass(60_000);
    const did = judgeOf(ines, 'mara')!.did;
    expect(ines.judgements.choose({ did, choice: null })).toMatchObject([
      { handle: 'mara', trusted: true, sampled: 0, disagreed: 0, distrustedAt: null },
    ]);
    expect([...world.notices.keys()].filter((key) => key.startsWith('ines judge-distrusted'))).toEqual([]);
    const stranger = didOf(new Uint8Array(32));
    expect(() => ines.judgements.choose({ did: stranger, choice: 'always' })).toThrow(
      expect.objectContaining({ code: 'person-unknown' }),
    );
  });
});

describe('who is trusted', () => {
  /** Mara's node is gone; Paul, who has everything, is linked with Ines. */
  async function withPaul(role: 'member' | 'moderator') {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers });
    ines.judgements.choose({ did: mara.members.me().did, choice: 'never' });
    await world.admit(mara, 'paul', role);
    const paul = await world.person('paul');
    paul.moderation.setRules(NO_LIMITS);
    paul.judgements.choose({ did: mara.members.me().did, choice: 'never' });
    await world.link(paul, mara);
    await clock.pass(30_000);
    expect(shown(paul)).toBe(POSTS);
    await handBlocks(mara, ines);
    return { world, mara, ines, paul, posts, clock };
  }

  test('[JX4] a moderator is, and a member is not', async () => {
    for (const [role, most] of [
      ['moderator', POSTS / 8],
      ['member', POSTS],
    ] as const) {
      const { world, ines, paul, posts, clock } = await withPaul(role);
      await world.link(ines, paul);
      await clock.pass(30_000);
      expect(shown(ines)).toBe(POSTS);
      expect(posts().length).toBeGreaterThan(role === 'member' ? POSTS - 1 : 0);
      expect(posts().length).toBeLessThanOrEqual(most);
    }
  });

  test('[JX4] a member is whom the sysop chose, and a moderator is not whom the sysop excluded', async () => {
    const chosen = await withPaul('member');
    chosen.ines.judgements.choose({ did: chosen.paul.members.me().did, choice: 'always' });
    await chosen.world.link(chosen.ines, chosen.paul);
    await chosen.clock.pass(30_000);
    expect(chosen.posts().length).toBeLessThan(POSTS / 8);
    const excluded = await withPaul('moderator');
    excluded.ines.judgements.choose({ did: excluded.paul.members.me().did, choice: 'never' });
    await excluded.world.link(excluded.ines, excluded.paul);
    await excluded.clock.pass(30_000);
    expect(excluded.posts()).toHaveLength(POSTS);
  });

  test('[JX4] nobody is who lost the role while the answer was on its way', async () => {
    const { world, mara, ines, paul, posts, clock } = await withPaul('moderator');
    const did = paul.members.me().did;
    mara.members.setRole({ did, role: 'member' });
    await clock.pass(3000);
    const running = { demoted: false };
    paul.transport.handle(JUDGEMENTS_PROTOCOL, async (channel) => {
      if (!running.demoted) {
        running.demoted = true;
        await handBlocks(mara, ines);
      }
      await answeringOf(paul, world).answer(channel);
    });
    await world.link(ines, paul);
    await clock.pass(30_000);
    expect(running.demoted).toBe(true);
    expect(shown(ines)).toBe(POSTS);
    expect(posts()).toHaveLength(POSTS);
  });
});

describe('an answer', () => {
  const lies: Readonly<Record<string, (truth: Truth) => { statement: Uint8Array; signature: Uint8Array }>> = {
    'that is signed by somebody else': ({ statement }) => ({
      statement,
      signature: signerOf(sha256(Buffer.from('eve'))).sign(signedBytes(statement)),
    }),
    'that was changed after it was signed': ({ statement, sign }) => {
      const { signature } = sign(statement);
      const changed = statement.slice();
      changed[changed.length - 5]! ^= 1;
      return { statement: changed, signature };
    },
    'of another community': ({ judgements, sign }) => sign(encodeStatement(new Uint8Array(32), judgements)),
    'of other texts': ({ community: id, judgements, sign }) =>
      sign(
        encodeStatement(
          id,
          judgements.map((one) => one && { ...one, key: sha256(one.key) }),
        ),
      ),
    'of fewer items than were asked': ({ community: id, judgements, sign }) =>
      sign(encodeStatement(id, judgements.slice(1))),
    'that is noise': ({ sign }) => sign(new Uint8Array(300).fill(0x61)),
  };

  test.each(Object.entries(lies))('[JX3] %s counts for nothing', async (_, lie) => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers });
    const answers = { count: 0 };
    mara.transport.handle(JUDGEMENTS_PROTOCOL, (channel) =>
      answer(world.clock, channel, 5000, async ({ next }) => {
        await next();
        const ids = decodeAsk(await next());
        const judgements = ids.map((id) => mara.moderation.ownJudgement(id));
        const sign = (statement: Uint8Array) => ({
          statement,
          signature: mara.signer.sign(signedBytes(statement)),
        });
        const statement = encodeStatement(mara.log.community, judgements);
        const said = lie({ community: mara.log.community, judgements, statement, sign });
        answers.count++;
        await channel.send(encodeMessage(sendHandshake(handshakeOf(mara, world), channel.peer, 'answerer')));
        await channel.send(encodeGiven(said.statement, said.signature));
      }),
    );
    await world.link(ines, mara);
    await clock.pass(60_000);
    expect(answers.count).toBeGreaterThan(0);
    expect(shown(ines)).toBe(POSTS);
    expect(posts()).toHaveLength(POSTS);
    expect(judgeOf(ines, 'mara')).toMatchObject({ taken: 0, sampled: 0 });
  });

  test('[JX6] is given to a peer only so often, and to no stranger', async () => {
    const { world, mara, ines } = await community();
    await world.link(ines, mara);
    const one = mara.log.store.items('content').next().value!;
    const ask = async (asker: TestNode, count: number) => {
      const handshake = handshakeOf(asker, world);
      return converse(handshake, 'mara', JUDGEMENTS_PROTOCOL, 5000, async ({ channel, next }) => {
        await channel.send(encodeMessage(sendHandshake(handshake, 'mara', 'opener')));
        await channel.send(encodeAsk(Array.from({ length: count }, () => one.id)));
        return decodeMessage(await next(), ['hello', 'refused'])[0];
      });
    };
    const answers = async (asked: readonly Promise<string>[]) => {
      const settled = Promise.all(asked.map((one) => one.catch(({ code }) => String(code))));
      await world.clock.pass(20);
      return (await settled).toSorted();
    };
    expect(await answers([ask(ines, 256)])).toEqual(['hello']);
    const answering = new Answering({
      ...handshakeOf(mara, world),
      ownJudgement: mara.moderation.ownJudgement,
      itemsAMinute: 5000,
    });
    mara.transport.handle(JUDGEMENTS_PROTOCOL, (channel) => answering.answer(channel));
    await world.clock.pass(60_000 - (world.clock.now() % 60_000));
    const line = new Line({ ...handshakeOf(ines, world), transport: ines.transport }, maraAsPeer(mara));
    const many = Array.from({ length: 256 }, () => one.id);
    let answered = 0;
    while (!line.isClosed) {
      line.ask(many).then(
        () => answered++,
        () => {},
      );
      await world.clock.pass(5);
    }
    expect(answered).toBe(Math.floor(5000 / 256));
    const eve = await world.person('eve');
    await world.link(eve, mara);
    expect(await answers([ask(eve, 1)])).toEqual(['refused']);
  });

  test('[JX5] that never arrives delays nothing for longer than the deadline', async () => {
    const { classifiers, posts } = countingClassifiers();
    const { world, mara, ines, clock } = await community({ inesClassifiers: classifiers });
    mara.transport.handle(JUDGEMENTS_PROTOCOL, () => new Promise(() => {}));
    await world.link(ines, mara);
    await clock.pass(10_000);
    expect(shown(ines)).toBe(POSTS);
    expect(posts()).toHaveLength(POSTS);
  });
});
