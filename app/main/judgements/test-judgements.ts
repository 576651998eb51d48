import type { Classifiers, ImageClassifiers, Judgement } from '../moderation/index.ts';
import { TestCommunity, type TestNode } from '../node/test-community.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { memoryClassifiers } from '../platform/memory/classifiers.ts';
import { Answering } from './answering.ts';

/** How many old posts the community has. */
export const POSTS = 400;

/** Classifiers that remember what they were asked. */
export function countingClassifiers(identity = new Uint8Array(32)) {
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
export function blindClassifiers(): Classifiers & ImageClassifiers {
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
export const NO_LIMITS = {
  perMinute: 1e6,
  perMinuteNew: 1e6,
  sameText: 1e6,
  links: 1e6,
  linksNew: 1e6,
  flood: 1e6,
  trustedAfterMessages: 1e6,
};

/** Mara's community with a board of Olga's old posts; Olga has left, and Ines is not linked yet. */
export async function community({
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

export const handshakeOf = (who: TestNode, { clock }: TestCommunity) => ({
  ...who,
  clock,
  verifier: immediateVerifier,
  authority: who.members.roster,
  nodeName: () => who.name,
});
export const answeringOf = (who: TestNode, world: TestCommunity) =>
  new Answering({ ...handshakeOf(who, world), ownJudgement: who.moderation.ownJudgement });

export const shown = (who: TestNode): number => who.boards.counts().posts ?? 0;
export const judgeOf = (who: TestNode, handle: string) =>
  who.judgements.judges().find((judge) => judge.handle === handle);
