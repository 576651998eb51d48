import type { Connection, ConnectionProtector, MessageStream } from '@libp2p/interface';

export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/**
 * Counts the bytes of every connection below its encryption. A relayed connection counts for its peer, but
 * not in the total, which its relay's connection already holds.
 */
export class Meter {
  readonly total: Traffic = { sentBytes: 0, receivedBytes: 0 };
  /** A connection and its raw connection share one timeline object, by which the two are matched. */
  readonly #byTimeline = new WeakMap<object, Traffic>();

  /** A connection protector that sees each raw connection first; it only counts bytes. */
  readonly hook: ConnectionProtector = {
    protect: async (wire) => {
      this.#count(wire);
      return wire;
    },
  };

  of(connection: Connection): Traffic {
    return this.#byTimeline.get(connection.timeline) ?? { sentBytes: 0, receivedBytes: 0 };
  }

  /** Registers the count of a connection whose raw connection the hook does not see. */
  adopt(timeline: object, traffic: Traffic): void {
    this.#byTimeline.set(timeline, traffic);
  }

  #count(wire: MessageStream): void {
    const traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
    const relayed = 'remoteAddr' in wire && String(wire.remoteAddr).includes('/p2p-circuit');
    const total = relayed ? { sentBytes: 0, receivedBytes: 0 } : this.total;
    this.#byTimeline.set(wire.timeline, traffic);

    const send = wire.send.bind(wire);
    wire.send = (data) => {
      traffic.sentBytes += data.byteLength;
      total.sentBytes += data.byteLength;
      return send(data);
    };
    // A listener here would make the connection deliver before the handshake listens, and lose those bytes.
    const dispatch = wire.dispatchEvent.bind(wire);
    wire.dispatchEvent = (event: Event) => {
      if (event.type === 'message' && 'data' in event) {
        const bytes = byteLengthOf(event.data);
        traffic.receivedBytes += bytes;
        total.receivedBytes += bytes;
      }
      return dispatch(event);
    };
  }
}

function byteLengthOf(data: unknown): number {
  if (typeof data !== 'object' || data === null || !('byteLength' in data)) return 0;
  return typeof data.byteLength === 'number' ? data.byteLength : 0;
}
