import { encodeCanonical } from '../../app/main/kernel/canonical.ts';
import { sealEvent } from '../../app/main/log/event.ts';
import { topicOf } from '../../app/main/log/live.ts';
import type { Community } from '../../app/main/node/community.ts';
import type { BenchNode } from './node.ts';
import { PostDrafts } from './posts.ts';

const TICK_MS = 10;

/** Posts of this node's person that are not in its own log: each is genuine and signed, and no later one links to it. */
export function floodOf({ signer }: BenchNode, community: Community, count: number): Uint8Array[] {
  const drafts = new PostDrafts(community, signer, 200);
  const { log } = community;
  const time = log.now;
  return Array.from({ length: count }, (_, index) => {
    const { kind, body } = drafts.reply(index);
    const fields = {
      kind,
      body: body as Record<string, unknown>,
      community: log.community,
      author: signer.publicKey,
      time: time + index,
      parents: [],
    };
    const { bytes, signature } = sealEvent(fields, signer);
    return encodeCanonical(['event', bytes, signature!]);
  });
}

/** Publishes messages at a steady pace; resolves to how many were sent within the time. */
export async function flood(
  { transport }: BenchNode,
  community: Community,
  messages: readonly Uint8Array[],
  perSecond: number,
): Promise<number> {
  const topic = topicOf(community.log.community);
  const endMs = (messages.length / perSecond) * 1000;
  const startedAt = Date.now();
  let sent = 0;
  while (sent < messages.length && Date.now() - startedAt < endMs) {
    const due = Math.min(messages.length, Math.floor(((Date.now() - startedAt) / 1000) * perSecond));
    for (; sent < due; sent++) void transport.publish(topic, messages[sent]!).catch(() => 0);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return sent;
}
