import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { Call, type CallInit, type Seat } from './call.ts';
import type { CallFigures } from './metrics.ts';
import type { ManagedRelay, Sfu } from './ports.ts';
import { problem } from './problems.ts';
import { relayCredentials } from './relay-credentials.ts';
import type { Rooms } from './rooms.ts';
import { trafficOf } from './traffic.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface HostingInit extends Pick<
  CallInit,
  'clock' | 'random' | 'logger' | 'roleOf' | 'person' | 'onChange'
> {
  readonly rooms: Rooms;
  readonly sfu: Pick<Sfu, 'open' | 'loads'>;
  readonly relay: Pick<ManagedRelay, 'offer'>;
  readonly settings: () => contract.Settings['calls'];
  /** The key of this node's person. */
  readonly me: Uint8Array;
}

/** The calls of this node's own rooms. */
export class Hosting {
  readonly #init: HostingInit;
  readonly #workers: WorkerWatch;
  /** Those that somebody is in, or waits for, by room. */
  readonly #calls = new Map<string, { readonly room: Uint8Array; readonly call: Call }>();

  constructor(init: HostingInit) {
    this.#init = init;
    this.#workers = new WorkerWatch(init.sfu, init.clock);
  }

  /** [CA4] Takes a member into a room of this node. Throws a Problem. */
  enter(
    id: Uint8Array,
    key: Uint8Array,
    tell: (event: contract.CallEvent) => void,
    isSynthetic = false,
  ): Seat {
    const { rooms, settings, me } = this.#init;
    const room = rooms.get(id);
    if (room === null || !equalBytes(room.owner, me)) throw problem('room-unknown');
    if (!settings().host) throw problem('hosting-off');
    const hex = toHex(id);
    const { call } = this.#calls.get(hex) ?? this.#begin(id, hex);
    try {
      return call.enter(key, tell, isSynthetic);
    } finally {
      if (call.isEmpty) this.#calls.delete(hex);
    }
  }

  /** [CA7] Rights or rooms have changed. */
  review(): void {
    for (const { call } of this.#calls.values()) call.review();
  }

  stop(): void {
    for (const { call } of this.#calls.values()) call.end(null, 'host-lost');
  }

  /** [CA17] Who is in which room now. */
  live(): { readonly room: Uint8Array; readonly people: Uint8Array[] }[] {
    return Array.from(this.#calls.values(), ({ room, call }) => ({ room, people: call.people })).filter(
      ({ people }) => people.length > 0,
    );
  }

  /** Calls, their participants, and the tracks on their way to them. */
  counts(): { readonly rooms: number; readonly participants: number; readonly consumers: number } {
    const calls = Array.from(this.#calls.values(), ({ call }) => call);
    return {
      rooms: calls.length,
      participants: calls.reduce((sum, { people }) => sum + people.length, 0),
      consumers: calls.reduce((sum, { consumers }) => sum + consumers, 0),
    };
  }

  /** What is measured for the metrics. */
  figures(): CallFigures {
    const calls = Array.from(this.#calls.values(), ({ call }) => call);
    return {
      ...this.counts(),
      producers: calls.reduce((sum, { producers }) => sum + producers, 0),
      traffic: trafficOf(calls.flatMap(({ stats }) => stats)),
      workers: this.#workers.last,
    };
  }

  #begin(id: Uint8Array, hex: string) {
    const { rooms, settings, clock, me, relay } = this.#init;
    const call: Call = new Call({
      ...this.#init,
      loads: () => this.#workers.loads(),
      host: me,
      room: () => rooms.get(id),
      relays: async (participant) => {
        const { relays: urls, relaySecret: secret, relayOnly } = settings();
        const offers = [{ urls, secret }, relay.offer()].filter((offer) => offer !== null);
        const servers = offers.map((offer) => relayCredentials(offer, participant, clock.now()));
        return { iceServers: (await Promise.all(servers)).flat(), relayOnly };
      },
      onEmpty: () => {
        if (this.#calls.get(hex)?.call === call) this.#calls.delete(hex);
      },
    });
    const known = { room: id, call };
    this.#calls.set(hex, known);
    return known;
  }
}
