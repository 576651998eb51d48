import type { Socket } from 'node:dgram';
import type { Clock, Random } from '../../../kernel/clock.ts';
import type { Traffic } from '../meter.ts';
import { AnswerBudget } from './answer-budget.ts';
import { familyOf, toEndpoint, type Endpoint, type Family } from './endpoint.ts';
import type { Flow } from './flow.ts';
import { Flows } from './flows.ts';
import { Observations } from './observations.ts';
import { Punches } from './punches.ts';
import { bindUdpSocket, createUdpSocket } from './sockets.ts';
import { isStun, MIN_REQUEST_BYTES, readStun, writeResponse } from './stun.ts';
import { problem } from '../problems.ts';

interface Bound {
  readonly socket: Socket;
  readonly ip: string;
  readonly port: number;
}

export interface SharedSocketInit {
  readonly clock: Clock;
  readonly random: Random;
  /** Counts every byte of UDP payload that passes the socket. */
  readonly total: Traffic;
}

/**
 * The one UDP port of this node, a socket for each version of IP. QUIC connections in both directions, STUN
 * and punches share it, so that a router keeps one mapping for all of them.
 */
export class SharedSocket {
  readonly flows: Flows;
  readonly #total: Traffic;
  readonly #budget: AnswerBudget;
  readonly #observations: Observations;
  readonly #punches: Punches;
  readonly #bound = new Map<Family, Bound>();
  /** Binds one socket after the other, so that the second family gets the port of the first. */
  #binding: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor({ clock, random, total }: SharedSocketInit) {
    const send = (packet: Uint8Array, to: Endpoint) => this.#send(packet, to);
    this.#total = total;
    this.#budget = new AnswerBudget(clock);
    this.flows = new Flows({ clock, send });
    this.#observations = new Observations({ clock, random, send });
    this.#punches = new Punches({ clock, random, send });
  }

  /** The port that this family is bound to, or null. */
  port(family: Family): number | null {
    return this.#bound.get(family)?.port ?? null;
  }

  /**
   * Binds the family of `ip` and resolves with the port; port 0 takes the port of the other
   * family if it is free, or any. Binding the same address twice is allowed. Rejects with a Problem
   * (`port-bound`) when the family is bound to another address, or with the system's error.
   */
  bind({ ip, port }: Endpoint): Promise<number> {
    const family = familyOf({ ip, port });
    return this.#inTurn(async () => {
      const bound = this.#bound.get(family);
      if (bound === undefined) return this.#bind(family, ip, port);
      if (bound.ip === ip && (port === 0 || port === bound.port)) return bound.port;
      throw problem('port-bound', { family, ip: bound.ip, port: bound.port });
    });
  }

  /**
   * Asks a STUN server (any node has one at this port) under which endpoint it sees this node. Resolves with
   * null if there is no answer within two seconds, the endpoint is malformed, or the signal aborts.
   */
  async observe({ ip, port }: Endpoint, signal: AbortSignal): Promise<Endpoint | null> {
    const server = toEndpoint(ip, port);
    if (server === null || !(await this.#ensure(familyOf(server)))) return null;
    return this.#observations.ask(server, signal);
  }

  /**
   * Sends to at most eight endpoints of a peer for at most three seconds, while the peer does the same
   * towards this node, and resolves with the endpoint from which the peer's first packet arrived: QUIC
   * reaches the peer there. It need not be one of `endpoints`; malformed ones are left out.
   * `token` is a secret of 16 bytes that both sides know. Resolves with null if nothing arrived or the
   * signal aborts. Rejects with a Problem (`punch-invalid`, `punch-busy`).
   */
  async punch(
    endpoints: readonly Endpoint[],
    token: Uint8Array,
    { signal }: { signal: AbortSignal },
  ): Promise<Endpoint | null> {
    const targets = endpoints.flatMap(({ ip, port }) => toEndpoint(ip, port) ?? []);
    await Promise.all([...new Set(targets.map(familyOf))].map((family) => this.#ensure(family)));
    return this.#punches.meet(targets, token, signal);
  }

  /** A flow for a dial to this endpoint. Rejects with a Problem if there is no route or no room. */
  async dial(remote: Endpoint): Promise<Flow> {
    const family = familyOf(remote);
    if (await this.#ensure(family)) return this.flows.dial(remote);
    throw problem('dial-no-family', { family });
  }

  /** Allows sending again after `close`. */
  open(): void {
    this.#isClosed = false;
  }

  /** Ends all connections and frees the ports. Until `open`, only `bind` takes a port again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#observations.close();
    this.#punches.close();
    await this.flows.close();
    await this.#inTurn(async () => {
      const closed = [...this.#bound.values()].map(
        ({ socket }) => new Promise<void>((resolve) => socket.close(resolve)),
      );
      this.#bound.clear();
      await Promise.all(closed);
    });
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#binding.then(task);
    this.#binding = done.catch(() => {});
    return done;
  }

  /**
   * Binds a family that is not listening, for sending; false if the system lacks it, and after `close`.
   */
  #ensure(family: Family): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#bound.has(family)) return true;
      if (this.#isClosed) return false;
      try {
        await this.#bind(family, family === 4 ? '0.0.0.0' : '::', 0);
        return true;
      } catch {
        return false;
      }
    });
  }

  async #bind(family: Family, ip: string, wanted: number): Promise<number> {
    const other = this.port(family === 4 ? 6 : 4);
    if (wanted === 0 && other !== null) {
      try {
        return await this.#bindTo(family, ip, other);
      } catch {
        // Another program may hold the port of the other family; punching works from any.
      }
    }
    return this.#bindTo(family, ip, wanted);
  }

  async #bindTo(family: Family, ip: string, wanted: number): Promise<number> {
    const socket = createUdpSocket(family);
    const port = await bindUdpSocket(socket, ip, wanted);
    socket.on('message', (packet, from) => this.#receive(packet, { ip: from.address, port: from.port }));
    this.#bound.set(family, { socket, ip, port });
    return port;
  }

  #send(packet: Uint8Array, to: Endpoint): void {
    const bound = this.#bound.get(familyOf(to));
    if (bound === undefined) return;
    this.#total.sentBytes += packet.byteLength;
    bound.socket.send(packet, to.port, to.ip);
  }

  #receive(packet: Buffer, from: Endpoint): void {
    this.#total.receivedBytes += packet.byteLength;
    if (!isStun(packet)) return this.flows.receive(packet, from);
    const message = readStun(packet);
    if (message?.kind === 'response') this.#observations.answered(message.id, message.mapped, from);
    else if (message?.kind === 'punch') this.#punches.heard(message.token, from);
    else if (message?.kind === 'request' && packet.byteLength >= MIN_REQUEST_BYTES) {
      if (this.#budget.take(from.ip)) this.#send(writeResponse(message.id, from), from);
    }
  }
}
