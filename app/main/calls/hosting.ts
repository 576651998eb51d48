import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { Call, type CallInit, type Guest, type Seat } from './call.ts';
import type { CallFigures } from './metrics.ts';
import type { ManagedRelay, Sfu } from './ports.ts';
import { problem } from './problems.ts';
import { relayCredentials } from './relay-credentials.ts';
import type { Room, Rooms } from './rooms.ts';
import type { Succession } from './succession.ts';
import { trafficOf } from './traffic.ts';
import { WorkerWatch } from './worker-watch.ts';

export interface HostingInit extends Pick<
  CallInit,
  'clock' | 'random' | 'logger' | 'roleOf' | 'person' | 'onChange' | 'studio' | 'proved'
> {
  readonly rooms: Rooms;
  readonly sfu: Pick<Sfu, 'open' | 'loads'>;
  readonly relay: Pick<ManagedRelay, 'offer'>;
  readonly settings: () => contract.Settings['calls'];
  /** The key of this node's person. */
  readonly me: Uint8Array;
  readonly succession: Pick<Succession, 'hostOf'>;
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
  enter(id: Uint8Array, guest: Guest): Seat {
    const { rooms, settings } = this.#init;
    const room = rooms.get(id);
    if (room === null) throw problem('room-unknown');
    if (!this.#hosts(room)) throw problem('host-elsewhere');
    if (!settings().host) throw problem('hosting-off');
    const hex = toHex(id);
    const { call } = this.#calls.get(hex) ?? this.#begin(room, hex);
    try {
      return call.enter(guest);
    } finally {
      if (call.isEmpty) this.#calls.delete(hex);
    }
  }

  /** [CA7] Rights or rooms have changed. [CA18] A call that was taken over ends once its host is back. */
  review(): void {
    for (const { room, call } of this.#calls.values()) {
      const known = this.#init.rooms.get(room);
      if (known !== null && !this.#hosts(known)) call.end(null, 'host-lost');
      else call.review();
    }
  }

  /** [CR1] Begins or ends the recording of a call. Throws a Problem `nobody-here`, or another of the recording. */
  record(id: Uint8Array, on: boolean): void {
    const known = this.#calls.get(toHex(id));
    if (!known) throw problem('nobody-here');
    known.call.record(on);
  }

  stop(): void {
    for (const { call } of this.#calls.values()) call.end(null, 'host-lost');
  }

  /** [CA17] Who is in which room now. */
  live(): { readonly room: Uint8Array; readonly people: Uint8Array[]; readonly successors: Uint8Array[] }[] {
    return Array.from(this.#calls.values(), ({ room, call: { people, successors } }) => ({
      room,
      people,
      successors,
    })).filter(({ people }) => people.length > 0);
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

  /** The figures of the metrics. */
  figures(): CallFigures {
    const calls = Array.from(this.#calls.values(), ({ call }) => call);
    return {
      ...this.counts(),
      producers: calls.reduce((sum, { producers }) => sum + producers, 0),
      traffic: trafficOf(calls.flatMap(({ stats }) => stats)),
      workers: this.#workers.last,
    };
  }

  #hosts(room: Room): boolean {
    const host = this.#init.succession.hostOf(room);
    return host !== null && equalBytes(host, this.#init.me);
  }

  #begin({ id, owner }: Room, hex: string) {
    const { rooms, settings, clock, relay } = this.#init;
    const call: Call = new Call({
      ...this.#init,
      loads: () => this.#workers.loads(),
      host: owner,
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
