import { describe, expect, test } from 'vitest';
import { answer, converse } from '../federation/index.ts';
import { sleep } from '../kernel/clock.ts';
import type { Problem } from '../kernel/errors.ts';
import { sha256 } from '../kernel/sha256.ts';
import { sendHandshake } from '../log/handshake.ts';
import { decodeMessage, encodeMessage } from '../log/wire.ts';
import type { OwnJudgement } from '../moderation/index.ts';
import type { TestNode } from '../node/test-community.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { Answering } from './answering.ts';
import { Line } from './line.ts';
import {
  answeringOf,
  community,
  countingClassifiers,
  handshakeOf,
  judgeOf,
  POSTS,
  shown,
} from './test-judgements.ts';
import {
  decodeAsk,
  encodeAsk,
  encodeGiven,
  encodeStatement,
  JUDGEMENTS_PROTOCOL,
  signedBytes,
} from './wire.ts';

/** The parts of an honest answer, and how Mara signs one. */
interface Truth {
  readonly community: Uint8Array;
  readonly judgements: readonly (OwnJudgement | null)[];
  readonly statement: Uint8Array;
  readonly sign: (statement: Uint8Array) => { statement: Uint8Array; signature: Uint8Array };
}

const maraAsPeer = (mara: TestNode) => ({ peer: 'mara', publicKey: mara.signer.publicKey });

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

  test('[JX5] that is slow keeps its line open, and silence closes it', async () => {
    const { world, mara, ines, clock } = await community();
    await world.link(ines, mara);
    const one = mara.log.store.items('content').next().value!;
    let isSilent = false;
    mara.transport.handle(JUDGEMENTS_PROTOCOL, (channel) =>
      answeringOf(mara, world).answer({
        peer: channel.peer,
        receive: () => channel.receive(),
        close: () => channel.close(),
        abort: (reason) => channel.abort(reason),
        send: async (message) => {
          await sleep(clock, 4000);
          if (!isSilent) await channel.send(message);
        },
      }),
    );
    const line = new Line({ ...handshakeOf(ines, world), transport: ines.transport }, maraAsPeer(mara));
    const answers = Promise.all([line.ask([one.id]), line.ask([one.id])]);
    await clock.pass(13_000);
    expect(await answers).toMatchObject([[{ stage: 'first' }], [{ stage: 'first' }]]);
    isSilent = true;
    const unanswered = line.ask([one.id]).catch(({ code }: Problem) => code);
    await clock.pass(9000);
    expect(line.isClosed).toBe(false);
    await clock.pass(2000);
    expect(line.isClosed).toBe(true);
    expect(await unanswered).toBe('no-answer');
  });
});
