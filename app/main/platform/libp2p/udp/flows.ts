import { every, type Clock } from '../../../kernel/clock.ts';
import { familyOf, keyOf, type Endpoint, type Family } from './endpoint.ts';
import { Flow } from './flow.ts';
import { isLong, readLongHeader, type LongHeader } from './quic-packet.ts';
import { problem } from '../problems.ts';

/** Connections over the shared socket at a time, and those of one remote endpoint. */
export const MAX_FLOWS = 256;
const MAX_FLOWS_PER_ENDPOINT = 8;

/** Inbound handshakes at a time. */
export const MAX_HALF_OPEN_FLOWS = 64;

/** How long a handshake may take, and how long an open connection may be silent. */
const HALF_OPEN_DEADLINE_MS = 10_000;
const IDLE_DEADLINE_MS = 60_000;

/** How long a closed connection may still send its last packets. */
const LINGER_MS = 150;

const SWEEP_PERIOD_MS = 1_000;

const NONE: readonly Flow[] = [];

export interface FlowsInit {
  readonly clock: Clock;
  /** Sends a packet from the shared socket. */
  send(packet: Buffer, to: Endpoint): void;
}

/** The flows of one shared socket: routes packets to connections and limits their number. */
export class Flows {
  readonly #clock: Clock;
  readonly #send: FlowsInit['send'];
  readonly #servers = new Map<Family, number>();
  readonly #flows = new Set<Flow>();
  readonly #byEndpoint = new Map<string, Flow[]>();
  #stopSweeping: (() => void) | null = null;
  #onEmpty = () => {};

  constructor(init: FlowsInit) {
    this.#clock = init.clock;
    this.#send = (packet, to) => init.send(packet, to);
  }

  get size(): number {
    return this.#flows.size;
  }

  /** Inbound connections that are not accepted yet. */
  get halfOpen(): number {
    return this.#pending().length;
  }

  /** Passes new connections of this family to the QUIC server at this port of the loopback interface. */
  serve(family: Family, serverPort: number): void {
    this.#servers.set(family, serverPort);
  }

  unserve(family: Family): void {
    this.#servers.delete(family);
  }

  /**
   * A flow for a dial. Rejects with a Problem (`connections-exhausted`) at the limit, or the system's error.
   */
  async dial(remote: Endpoint): Promise<Flow> {
    if (this.#flows.size >= MAX_FLOWS) {
      throw problem('connections-exhausted');
    }
    const flow = this.#add(remote, null, null);
    try {
      await flow.open();
    } catch (error) {
      this.drop(flow);
      throw error;
    }
    return flow;
  }

  /** The flow of a loopback port, or null. */
  at(localPort: number): Flow | null {
    return this.#flows.values().find((flow) => flow.localPort === localPort) ?? null;
  }

  /** Passes a packet to its connection; drops a packet that neither belongs to one nor opens one. */
  receive(packet: Buffer, from: Endpoint): void {
    const flows = this.#byEndpoint.get(keyOf(from)) ?? NONE;
    if (isLong(packet)) {
      const header = readLongHeader(packet);
      if (header === null) return;
      const flow = flows.find((one) => one.owns(header)) ?? this.#accept(from, header, flows.length);
      flow?.deliver(packet, header);
      return;
    }
    const addressed = flows.length === 1 ? flows[0] : flows.find((flow) => flow.isAddressed(packet));
    if (addressed !== undefined) addressed.deliver(packet, null);
    // A peer may use another id that it received encrypted. The QUIC library drops foreign packets.
    else for (const flow of flows) flow.deliver(packet, null);
  }

  /** Marks a flow as an established connection. */
  opened(flow: Flow): void {
    if (flow.state === 'half-open') this.#turn(flow, 'open');
  }

  /** Ends a flow whose connection has closed, once the last packet had time to leave. */
  release(flow: Flow): void {
    if (flow.state === 'closed' || flow.state === 'closing') return;
    this.#turn(flow, 'closing');
    // After a pause of the event loop timers come first, and the last packet may still wait to be read.
    this.#clock.after(LINGER_MS, () => setImmediate(() => this.drop(flow)));
  }

  /** Ends a flow at once, and tells the QUIC library if its handshake is in progress. */
  drop(flow: Flow): void {
    flow.refuse();
    flow.close();
    this.#flows.delete(flow);
    const key = keyOf(flow.remote);
    const rest = this.#byEndpoint.get(key)?.filter((other) => other !== flow) ?? [];
    if (rest.length > 0) this.#byEndpoint.set(key, rest);
    else this.#byEndpoint.delete(key);
    if (this.#flows.size > 0) return;
    this.#stopSweeping?.();
    this.#stopSweeping = null;
    this.#onEmpty();
  }

  /** Ends all flows; resolves when their last packets had time to leave. */
  async close(): Promise<void> {
    this.#servers.clear();
    if (this.#flows.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      for (const flow of this.#flows) {
        if (flow.state === 'half-open') this.drop(flow);
        else this.release(flow);
      }
    });
  }

  #accept(remote: Endpoint, opening: LongHeader, ofEndpoint: number): Flow | null {
    const serverPort = this.#servers.get(familyOf(remote));
    if (!opening.opens || serverPort === undefined || ofEndpoint >= MAX_FLOWS_PER_ENDPOINT) return null;
    const pending = this.#pending();
    if (pending.length >= MAX_HALF_OPEN_FLOWS) {
      // A flood of forged addresses must not block a real one, which proves itself within one round trip.
      const oldest = pending.find(({ proven }) => !proven);
      if (oldest === undefined) return null;
      this.drop(oldest);
    }
    if (this.#flows.size >= MAX_FLOWS) return null;
    const flow = this.#add(remote, opening, serverPort);
    flow.open().catch(() => this.drop(flow));
    return flow;
  }

  #pending(): Flow[] {
    return [...this.#flows].filter(
      ({ state, direction }) => state === 'half-open' && direction === 'inbound',
    );
  }

  #add(remote: Endpoint, opening: LongHeader | null, serverPort: number | null): Flow {
    const flow = new Flow({
      remote,
      opening,
      serverPort,
      now: this.#clock.now(),
      send: (packet) => this.#send(packet, remote),
    });
    this.#flows.add(flow);
    const key = keyOf(remote);
    this.#byEndpoint.set(key, [...(this.#byEndpoint.get(key) ?? []), flow]);
    this.#stopSweeping ??= every(this.#clock, SWEEP_PERIOD_MS, () => this.#sweep());
    return flow;
  }

  #turn(flow: Flow, state: Flow['state']): void {
    flow.state = state;
    flow.since = this.#clock.now();
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const flow of this.#flows) {
      if (flow.state === 'open' && flow.active) {
        flow.since = now;
        flow.active = false;
      }
      const deadlineMs = flow.state === 'half-open' ? HALF_OPEN_DEADLINE_MS : IDLE_DEADLINE_MS;
      if (now - flow.since >= deadlineMs) this.drop(flow);
    }
  }
}
