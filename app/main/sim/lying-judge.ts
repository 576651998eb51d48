import { answer } from '../federation/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import {
  decodeAsk,
  encodeGiven,
  encodeStatement,
  JUDGEMENTS_PROTOCOL,
  signedBytes,
} from '../judgements/index.ts';
import { sendHandshake, type HandshakeInit } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import { keyOf, LABELS, type OwnJudgement } from '../moderation/index.ts';
import type { Community } from '../node/community.ts';
import type { Rng } from './rng.ts';

/** The lies of a node that is asked for its judgements. */
const LIES = [
  'unjudged',
  'forged',
  'other-text',
  'other-models',
  'other-community',
  'noise',
  'silence',
] as const;

export interface LyingJudgeInit {
  readonly community: Community;
  readonly handshake: HandshakeInit;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly rng: Rng;
  /** The identity of the models of this world. */
  readonly models: Uint8Array;
  /** The liar gave a judgement of a text, in the right form. */
  readonly attested: (text: string) => void;
}

/** Replaces a running node's answers about its judgements by lies. */
export function lieAboutJudgements(init: LyingJudgeInit): void {
  init.community.transport.handle(JUDGEMENTS_PROTOCOL, (channel) => lie(init, channel));
}

function lie(init: LyingJudgeInit, channel: Channel): Promise<void> {
  const { community, handshake, signer, clock, rng, models } = init;
  return answer(clock, channel, 10_000, async ({ next }) => {
    await next();
    const ids = decodeAsk(await next());
    const how = rng.pick(LIES);
    if (how === 'silence') return next().then(() => {});
    const named = how === 'other-models' ? sha256(models) : models;
    const texts = ids.map((id) => textOf(community, id));
    if (how === 'unjudged') for (const text of texts) if (text !== null) init.attested(text);
    const entries = texts.map((text): OwnJudgement | null =>
      text === null ? null : { key: keyOf(named, how === 'other-text' ? `${text}!` : text), ...ALMOST },
    );
    const statement =
      how === 'noise'
        ? rng.bytes(200)
        : encodeStatement(how === 'other-community' ? rng.bytes(32) : community.log.community, entries);
    const signature = how === 'forged' ? rng.bytes(64) : signer.sign(signedBytes(statement));
    await channel.send(encodeMessage(sendHandshake(handshake, channel.peer, 'answerer')));
    await channel.send(encodeGiven(statement, signature));
  });
}

/** Scores that no bound minds, and that a sample finds wrong. */
const ALMOST = {
  scores: Object.fromEntries(LABELS.map((label) => [label, 0.2])) as OwnJudgement['scores'],
  stage: 'first',
  language: null,
} as const;

function textOf({ log, moderation }: Community, id: Uint8Array): string | null {
  const n = log.store.event(id)?.seq;
  return n === undefined ? null : (moderation.holds.item(n)?.text ?? null);
}
