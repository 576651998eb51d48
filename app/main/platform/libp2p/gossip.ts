import { createHash } from 'node:crypto';
import {
  gossipsub,
  StrictNoSign,
  TopicValidatorResult,
  type GossipSub,
  type GossipSubComponents,
} from '@chainsafe/libp2p-gossipsub';
import { createTopicScoreParams, type PeerScore } from '@chainsafe/libp2p-gossipsub/score';
import type { Stream } from '@libp2p/interface';
import type { GossipVerdict } from '../../log/transport.ts';
import type { Conduct } from './conduct.ts';
import { MAX_GOSSIP_BYTES } from './limits.ts';
import type { Scopes } from './scopes.ts';
import { problem } from './problems.ts';

type Validate = (data: Uint8Array, from: string) => Promise<GossipVerdict>;
type Range = 'everybody' | 'neighbours';

/** The parts of the router that its public type omits: scores and outbound streams. */
interface Router extends GossipSub {
  readonly score: PeerScore;
  readonly streamsOutbound: Map<string, { readonly rawStream: Pick<Stream, 'status'> }>;
}

const ANSWERS: Record<GossipVerdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  shed: TopicValidatorResult.Ignore,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

/**
 * Scores within one topic. Communities are small and often quiet, so silence costs nothing; being first earns
 * a little, and invalid messages cost much.
 */
const TOPIC_SCORE = createTopicScoreParams({
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 50,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -5,
  invalidMessageDeliveriesDecay: 0.99,
});

/** The gossip side of the transport: topics, their validators, and the effect of verdicts on peer scores. */
export class Gossip {
  readonly #topics = new Map<string, { readonly validate: Validate; readonly range: Range }>();
  readonly #conduct: Conduct;
  readonly #scopes: Scopes;
  readonly #showOut: (peer: string) => void;
  #router: Router | null = null;
  #started = false;

  constructor(conduct: Conduct, scopes: Scopes, showOut: (peer: string) => void) {
    this.#conduct = conduct;
    this.#scopes = scopes;
    this.#showOut = showOut;
  }

  /** Creates the router as a libp2p service. */
  readonly service = (components: GossipSubComponents): GossipSub => {
    const router = gossipsub({
      globalSignaturePolicy: StrictNoSign,
      fallbackToFloodsub: false,
      msgIdFn: ({ data }) => createHash('sha256').update(data).digest(),
      msgIdToStrFn: (id) => Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1'),
      dataTransform: {
        inboundTransform: (topic, data) => this.#admit(topic, data),
        outboundTransform: (_topic, data) => data,
      },
      // Messages are sent to every peer directly; a thin mesh forwards what that missed.
      floodPublish: true,
      batchPublish: true,
      D: 3,
      Dlo: 2,
      Dhi: 5,
      Dscore: 2,
      Dout: 1,
      Dlazy: 4,
      heartbeatInterval: 1000,
      mcacheLength: 10,
      mcacheGossip: 5,
      // Events may return through slow links for a while; the log itself recognises them forever.
      seenTTL: 5 * 60_000,
      pruneBackoff: 30_000,
      allowPublishToZeroTopicPeers: true,
      ignoreDuplicatePublishError: true,
      // Below this size, an IDONTWANT costs more than it saves.
      idontwantMinDataSize: 4096,
      maxInboundDataLength: 4 * 1024 * 1024,
      maxOutboundBufferSize: 8 * 1024 * 1024,
      maxTopicBytesPerPeer: 256 * 1024,
      decodeRpcLimits: {
        maxSubscriptions: 512,
        maxMessages: 1024,
        maxIhaveMessageIDs: 5000,
        maxIwantMessageIDs: 5000,
        maxIdontwantMessageIDs: 512,
        maxControlMessages: 512,
        maxPeerInfos: 16,
      },
      runOnLimitedConnection: true,
      doPX: false,
      scoreParams: {
        topicScoreCap: 50,
        appSpecificScore: (peer) => -this.#conduct.points(peer),
        appSpecificWeight: 1,
        IPColocationFactorWeight: -5,
        IPColocationFactorThreshold: 8,
        IPColocationFactorWhitelist: new SharedAddresses(this.#scopes),
        behaviourPenaltyWeight: -1,
        behaviourPenaltyThreshold: 6,
        behaviourPenaltyDecay: 0.9,
        decayInterval: 1000,
        decayToZero: 0.01,
        retainScore: 10 * 60_000,
      },
      scoreThresholds: {
        gossipThreshold: -20,
        publishThreshold: -40,
        graylistThreshold: -60,
        acceptPXThreshold: 100,
        opportunisticGraftThreshold: 1,
      },
    })(components) as Router;
    this.#router = router;
    return router;
  };

  start(): void {
    this.#started = true;
    for (const topic of this.#topics.keys()) this.#join(topic);
  }

  stop(): void {
    this.#started = false;
  }

  subscribe(topic: string, validate: Validate, range: Range = 'everybody'): void {
    this.#topics.set(topic, { validate, range });
    if (this.#started) this.#join(topic);
  }

  unsubscribe(topic: string): void {
    const router = this.#router;
    this.#topics.delete(topic);
    if (router === null || !this.#started) return;
    router.unsubscribe(topic);
    router.topicValidators.delete(topic);
  }

  async publish(topic: string, data: Uint8Array): Promise<number> {
    if (data.byteLength > MAX_GOSSIP_BYTES) {
      throw problem('gossip-too-large', { bytes: data.byteLength, limit: MAX_GOSSIP_BYTES });
    }
    if (this.#router === null || !this.#started) return 0;
    const { recipients } = await this.#router.publish(topic, data);
    return recipients.length;
  }

  /** The peer's current score; below zero it has misbehaved. */
  score(peer: string): number {
    return this.#router?.score.score(peer) ?? 0;
  }

  /** Whether gossip can be sent to the peer. */
  reaches(peer: string): boolean {
    const streams = this.#router?.streamsOutbound;
    const status = streams?.get(peer)?.rawStream.status;
    if (status === 'open' || status === 'closing') return true;
    // The router watches for the end of a stream only after opening it, and may miss one that ended at once.
    streams?.delete(peer);
    return false;
  }

  protocols(): readonly string[] {
    return this.#router?.protocols ?? [];
  }

  #join(topic: string): void {
    const router = this.#router;
    if (router === null) return;
    router.score.params.topics[topic] = TOPIC_SCORE;
    router.topicValidators.set(topic, async (from, message) => {
      const peer = from.toString();
      const verdict = await this.#verdict(topic, message.data, peer);
      if (verdict !== 'accept') {
        const leave = this.#conduct.note(peer, verdict);
        if (verdict === 'reject') router.score.scoreCache.delete(peer);
        if (leave) this.#showOut(peer);
      }
      // Ignored messages are not forwarded.
      const stays = verdict === 'accept' && this.#topics.get(topic)?.range === 'neighbours';
      return ANSWERS[stays ? 'ignore' : verdict];
    });
    router.subscribe(topic);
  }

  async #verdict(topic: string, data: Uint8Array, peer: string): Promise<GossipVerdict> {
    const joined = this.#topics.get(topic);
    if (joined === undefined) return 'ignore';
    try {
      return await joined.validate(data, peer);
    } catch {
      // A local fault (such as a full disk) is not the peer's: drop the message without a penalty.
      return 'ignore';
    }
  }

  /** The first check of a message; throwing rejects it before any further work. */
  #admit(topic: string, data: Uint8Array): Uint8Array {
    if (!this.#topics.has(topic)) throw problem('topic-unknown');
    if (data.byteLength > MAX_GOSSIP_BYTES)
      throw problem('gossip-too-large', { bytes: data.byteLength, limit: MAX_GOSSIP_BYTES });
    return data;
  }
}

/** The IP addresses that many honest nodes may share, in the form that the router requires. */
class SharedAddresses extends Set<string> {
  readonly #scopes: Scopes;

  constructor(scopes: Scopes) {
    super();
    this.#scopes = scopes;
  }

  override has(ip: string): boolean {
    return this.#scopes.isShared(ip);
  }
}
