import { concatBytes, equalBytes, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import type { Clock } from '../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Authority } from './kinds.ts';
import type { Log } from './log.ts';
import type { Channel, Transport } from './transport.ts';
import { decodeMessage, encodeMessage, MAX_ADDRESSES, MAX_KINDS, type MessageOf } from './wire.ts';
import { agreeOn, OUTDATED, OWN_VERSIONS } from './versions.ts';
import { problem } from './problems.ts';

const PREFIX = utf8('impulse/hello/1\0');

/** The end of the channel that speaks. */
export type Side = 'opener' | 'answerer';

/** A peer's statements about itself, with proven membership. */
export interface Introduction {
  readonly peer: string;
  readonly publicKey: Uint8Array;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly counts: { readonly authority: number; readonly content: number };
  /** [S11] The version of the protocol that both sides use. */
  readonly version: number;
  /** [S11] The kinds of events that the peer says it knows. */
  readonly kinds: readonly string[];
  /** [S13] By how much the peer's clock is ahead of this node's, in milliseconds; null if it did not say. */
  readonly clockAheadMs: number | null;
}

export interface HandshakeInit {
  readonly log: Log;
  readonly transport: Pick<Transport, 'self' | 'addresses'>;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly nodeName: () => string;
}

/** [S1] This node's own handshake message to a peer. */
export function sendHandshake(init: HandshakeInit, peer: string, side: Side): MessageOf<'hello'> {
  const { log, transport, signer, nodeName } = init;
  const [opener, answerer] = side === 'opener' ? [transport.self, peer] : [peer, transport.self];
  return [
    'hello',
    log.community,
    signer.publicKey,
    nodeName().slice(0, 60),
    signer.sign(transcript(log.community, opener, answerer, side)),
    transport.addresses().slice(0, MAX_ADDRESSES),
    [log.count('authority'), log.count('content')],
    { versions: [...OWN_VERSIONS], kinds: log.kindNames().slice(0, MAX_KINDS), at: init.clock.now() },
  ];
}

/**
 * [S1] Checks the handshake message of the peer on `side`: it belongs to this community's log, owns the key
 * it shows, the key has a role now, and both sides speak a common version. Throws a Problem: `wrong-community`,
 * `bad-signature`, `not-a-member`, `peer-outdated`, `node-outdated`.
 */
export async function checkHandshake(
  init: HandshakeInit,
  peer: string,
  side: Side,
  hello: MessageOf<'hello'>,
): Promise<Introduction> {
  const { log, transport, verifier, authority } = init;
  const [, community, publicKey, name, signature, addresses, [authorityCount, content], release] = hello;
  if (!equalBytes(community, log.community)) {
    throw problem('wrong-community');
  }
  const [opener, answerer] = side === 'opener' ? [peer, transport.self] : [transport.self, peer];
  const message = transcript(community, opener, answerer, side);
  const [genuine] = await verifier.verify([{ publicKey, message, signature }]);
  if (!genuine) throw problem('peer-signature');
  if (authority.roleAt(publicKey, log.now) === null) {
    throw problem('unknown-peer');
  }
  const version = agreeOn(OWN_VERSIONS, release?.versions);
  if (typeof version !== 'number') throw version;
  const counts = { authority: authorityCount, content };
  const clockAheadMs = release?.at === undefined ? null : release.at - init.clock.now();
  return { peer, publicKey, name, addresses, counts, version, kinds: release?.kinds ?? [], clockAheadMs };
}

/** Hears how a handshake ended, before the peer does. */
export interface HandshakeListeners {
  readonly onHandshake: (introduction: Introduction) => void;
  /** The handshake of the peer was not accepted. */
  readonly onRefused: (reason: ProblemFields) => void;
}

/**
 * [S1] The answerer's side: checks the first message of a channel, and answers with its own handshake or a refusal.
 *
 * @returns whether the peer may go on. Rejects with a Problem if the message is no handshake.
 */
export async function answerHandshake(
  init: HandshakeInit & Partial<HandshakeListeners>,
  channel: Channel,
  messages: AsyncIterator<Uint8Array>,
): Promise<boolean> {
  const first = await messages.next();
  if (first.done) return false;
  const hello = decodeMessage(first.value, ['hello']);
  const own = () => encodeMessage(sendHandshake(init, channel.peer, 'answerer'));
  try {
    const introduction = await checkHandshake(init, channel.peer, 'opener', hello);
    init.onHandshake?.(introduction);
  } catch (error) {
    const reason = problemOf(error);
    init.onRefused?.(reason);
    // [S12] A peer that states its versions finds out itself which side has to update. [S1] All others are told, not
    // just cut off: a new member may be unknown here for a while.
    const finds = OUTDATED.has(reason.code) && hello[7] !== undefined;
    await channel.send(finds ? own() : encodeMessage(['refused', reason.code.slice(0, 40)]));
    return false;
  }
  await channel.send(own());
  return true;
}

/**
 * [S1] Checks the first message of the answerer of a channel. Throws a Problem `refused`, or those of {@link checkHandshake}.
 */
export async function checkAnswer(
  init: HandshakeInit,
  peer: string,
  bytes: Uint8Array,
): Promise<Introduction> {
  const answer = decodeMessage(bytes, ['hello', 'refused']);
  if (answer[0] === 'refused') throw problem('refused');
  return checkHandshake(init, peer, 'answerer', answer);
}

function transcript(community: Uint8Array, opener: string, answerer: string, side: Side): Uint8Array {
  return concatBytes(PREFIX, encodeCanonical([community, opener, answerer, side === 'opener' ? 0 : 1]));
}
