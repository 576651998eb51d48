import { concatBytes, equalBytes, toHex, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import { boardKinds } from '../boards/index.ts';
import { chatKinds } from '../chat/index.ts';
import { sealEvent, type EventFields, type SealedEvent } from '../log/event.ts';
import { topicOf } from '../log/live.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { reverseKey } from '../log/range-set.ts';
import { Negentropy } from '../log/negentropy.ts';
import { RangeSet } from '../log/range-set.ts';
import { decodeMessage, encodeMessage, RECON_BYTES, SYNC_PROTOCOL, type Message } from '../log/wire.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import type { VirtualClock } from '../platform/memory/clock.ts';
import type { MemoryNetwork } from '../platform/memory/network.ts';
import type { Rng } from './rng.ts';
import type { Garbage } from './nemesis.ts';
import type { Foreign } from './releases.ts';

export const GARBAGE_NAME = 'garbage';

export interface GarbageInit {
  readonly rng: Rng;
  readonly time: VirtualClock;
  readonly network: MemoryNetwork;
  readonly community: Uint8Array;
  /** The identities that are misused: the founder, and a person who may never create boards. */
  readonly founder: Signer;
  readonly member: Signer;
  /** An event that honest nodes hold, for the replay. */
  readonly honest: () => SealedEvent | null;
}

/** A peer that is not a member and breaks every rule it can. */
export class GarbagePeer {
  /** Ids of events that no node may ever hold, by hex, with what is wrong with them. */
  readonly forbidden = new Map<string, Garbage>();
  readonly #init: GarbageInit;
  readonly #self: Signer;
  readonly #transport: Transport;

  constructor(init: GarbageInit) {
    this.#init = init;
    this.#self = signerOf(sha256(init.rng.bytes(32)));
    this.#transport = init.network.transport(GARBAGE_NAME);
  }

  async start(): Promise<void> {
    await this.#transport.start();
    this.#transport.handle(SYNC_PROTOCOL, (channel) =>
      this.#init.rng.chance(0.5) ? this.#babble(channel) : this.#pose(channel),
    );
  }

  /** Does one bad thing to a node. */
  act(what: Garbage, target: string): void {
    if (what === 'channel') void this.#visit(target);
    else this.#init.network.inject(target, topicOf(this.#init.community), this.#message(what), GARBAGE_NAME);
  }

  /** Sends a valid event of a member whose release knows a kind that the node may not know. */
  foreign({ kindName, fits }: Foreign, target: string): void {
    const { member, network, community } = this.#init;
    const event = this.#seal(member, { kind: kindName, body: fits ? {} : { unfit: true } });
    network.inject(target, topicOf(community), wrap(event), GARBAGE_NAME);
  }

  #message(what: Exclude<Garbage, 'channel'>): Uint8Array {
    const { rng, founder, member, honest } = this.#init;
    switch (what) {
      case 'noise':
        return rng.bytes(rng.between(0, 400));
      case 'replayed': {
        const event = honest();
        return event ? wrap(event) : rng.bytes(10);
      }
      case 'stranger':
        return this.#event(what, this.#self);
      case 'mis-signed':
        return this.#event(what, member, { signer: this.#self });
      case 'mis-signed-authority':
        return this.#event(what, founder, {
          signer: this.#self,
          kind: boardKinds.create.name,
          body: { slug: 'theirs', name: 'Theirs', description: '', postRole: 'guest' },
        });
      case 'far-future':
        return this.#event(what, this.#self, { aheadMs: rng.between(60_000, 1e12) });
      case 'other-community':
        return this.#event(what, member, { community: sha256(rng.bytes(8)) });
      case 'out-of-role':
        return this.#event(what, member, {
          kind: boardKinds.create.name,
          body: { slug: 'mine', name: 'Mine', description: '', postRole: 'guest' },
        });
      case 'non-canonical': {
        const { bytes, signature } = this.#seal(member, {});
        // A map's head that encodes its length in one byte more than needed.
        const long = Buffer.concat([Buffer.from([0xb8, bytes[0]! & 0x1f]), bytes.subarray(1)]);
        this.forbidden.set(toHex(sha256(long)), what);
        return wrap({ bytes: long, signature });
      }
    }
  }

  #event(what: Garbage, author: Signer, twist: Twist = {}): Uint8Array {
    const event = this.#seal(author, twist);
    this.forbidden.set(toHex(event.id), what);
    return wrap(event);
  }

  #seal(author: Signer, twist: Twist) {
    const { community, time, rng } = this.#init;
    return sealEvent(
      {
        community: twist.community ?? community,
        author: author.publicKey,
        time: ticksOf(time.now() + (twist.aheadMs ?? 0)) + rng.between(0, 1000),
        parents: [],
        kind: twist.kind ?? chatKinds.say.name,
        body: twist.body ?? { text: `garbage ${rng.next()}`, me: false },
      } satisfies EventFields,
      { publicKey: author.publicKey, sign: (twist.signer ?? author).sign },
    );
  }

  /** Dials a node and sends nonsense on a catch-up channel. */
  async #visit(target: string): Promise<void> {
    try {
      const peer = await this.#transport.dial(`/memory/${target}`);
      await this.#babble(await this.#transport.open(peer, SYNC_PROTOCOL));
    } catch {
      // Refused, shunned or cut off, as it should be.
    }
  }

  /** Sends nonsense; sometimes it begins like a handshake, with its own key or a stolen one. */
  async #babble(channel: Channel): Promise<void> {
    const { rng, community, founder } = this.#init;
    const key = rng.chance(0.5) ? founder.publicKey : this.#self.publicKey;
    const hello = ['hello', community, key, 'liar', rng.bytes(64), ['/memory/nowhere'], [5, 2 ** 40]];
    try {
      if (rng.chance(0.6)) await channel.send(encodeCanonical(hello));
      await channel.send(rng.bytes(rng.between(0, 300)));
      await channel.close();
    } catch {
      // The other end broke the channel, as it should.
    }
  }

  /** Answers a catch-up correctly in form, with an unknown key and events that the founder did not sign. */
  async #pose(channel: Channel): Promise<void> {
    const { community, founder } = this.#init;
    const board = {
      kind: boardKinds.create.name,
      body: { slug: 'theirs', name: 'Theirs', description: '', postRole: 'guest' },
    };
    const forged = [this.#seal(founder, { ...board, signer: this.#self }), this.#seal(this.#self, board)];
    const set = new RangeSet();
    for (const event of forged) {
      this.forbidden.set(toHex(event.id), 'mis-signed-authority');
      set.add(reverseKey(event.time), event.id);
    }
    const transcript = encodeCanonical([community, channel.peer, GARBAGE_NAME, 1]);
    const signature = this.#self.sign(concatBytes(utf8('impulse/hello/1\0'), transcript));
    const say = (message: Message) => channel.send(encodeMessage(message));
    try {
      for await (const bytes of channel.receive()) {
        const message = decodeMessage(bytes, ['hello', 'recon', 'want', 'equal']);
        if (message[0] === 'hello') {
          await say([
            'hello',
            community,
            this.#self.publicKey,
            'liar',
            signature,
            ['/memory/garbage'],
            [9, 9],
            { versions: [1, 1], kinds: [] },
          ]);
        } else if (message[0] === 'recon') {
          await say(['reconciled', new Negentropy(set, RECON_BYTES).respond(message[3])]);
        } else if (message[0] === 'want') {
          const wanted = forged
            .filter(({ id }) => message[1].some((one) => equalBytes(one, id)))
            .map(({ bytes: sealed, signature: sign }): [Uint8Array, Uint8Array | null] => [sealed, sign]);
          if (wanted.length > 0) await say(['events', wanted]);
          await say(['done', message[1].length]);
        }
      }
    } catch {
      // The other end broke the channel, which it may.
    }
  }
}

interface Twist {
  readonly signer?: Signer;
  readonly kind?: string;
  readonly body?: object;
  readonly aheadMs?: number;
  readonly community?: Uint8Array;
}

function wrap({ bytes, signature }: SealedEvent): Uint8Array {
  return encodeCanonical(['event', bytes, signature]);
}
