import { encodeCanonical } from '../../app/main/kernel/canonical.ts';
import { sealEvent } from '../../app/main/log/event.ts';
import { topicOf } from '../../app/main/log/live.ts';
import type { Community } from '../../app/main/node/community.ts';
import type { BenchNode } from './node.ts';
import { PostDrafts } from './posts.ts';

const TICK_MS = 10;

/**
 * Publishes posts of this node's person past its own log, as fast as asked: each is genuine and signed beforehand, and
 * no later one links to it. Resolves to how many were sent.
 */
export async function flood(
  { signer, transport }: BenchNode,
  community: Community,
  perSecond: number,
  seconds: number,
): Promise<number> {
  const drafts = new PostDrafts(community, signer, 200);
  const { log } = community;
  const time = log.now;
  const messages = Array.from({ length: perSecond * seconds }, (_, index) => {
    const { kind, body } = drafts.reply(index);
    const fields = {
      kind,
      body,
      community: log.community,
      author: signer.publicKey,
      time: time + index,
      parents: [],
    };
    const { bytes, signature } = sealEvent(fields, signer);
    return encodeCanonical(['event', bytes, signature!]);
  });
  const topic = topicOf(log.community);
  const startedAt = Date.now();
  let sent = 0;
  while (sent < messages.length && Date.now() - startedAt < seconds * 1000) {
    const due = Math.min(messages.length, Math.floor(((Date.now() - startedAt) / 1000) * perSecond));
    for (; sent < due; sent++) void transport.publish(topic, messages[sent]!).catch(() => 0);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return sent;
}
