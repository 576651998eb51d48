import { describe, expect, test } from 'vitest';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { handBlocks, type TestNode } from '../node/test-community.ts';
import {
  answeringOf,
  blindClassifiers,
  community,
  countingClassifiers,
  judgeOf,
  NO_LIMITS,
  POSTS,
  shown,
} from './test-judgements.ts';
import { JUDGEMENTS_PROTOCOL } from './wire.ts';

const everything = { unreadOnly: false, limit: 100 };

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
