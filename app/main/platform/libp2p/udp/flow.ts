import type { Socket } from 'node:dgram';
import { createUdpSocket, bindUdpSocket } from './sockets.ts';
import type { Traffic } from '../meter.ts';
import type { Endpoint } from './endpoint.ts';
import {
  isAddressedTo,
  isLong,
  readLongHeader,
  writeHandshakeClose,
  type LongHeader,
} from './quic-packet.ts';

/**
 * The largest forwarded datagram. Node.js cannot disable fragmentation on every system, so the path does not
 * stop a probe for a larger packet size. This size fits a WireGuard tunnel over IPv6 (1,420 - 48 bytes).
 */
const MAX_DATAGRAM_BYTES = 1372;

/** Packets kept while the local socket opens. */
const MAX_WAITING = 16;

const LOOPBACK = '127.0.0.1';

export interface FlowInit {
  readonly remote: Endpoint;
  /** The port of the local QUIC server; null for a dial, where the QUIC client sends first. */
  readonly serverPort: number | null;
  /** The header of the packet that opens the connection; null for a dial. */
  readonly opening: LongHeader | null;
  readonly now: number;
  /** Sends a packet to the remote endpoint. */
  send(packet: Buffer): void;
}

/**
 * One QUIC connection between the shared socket and the QUIC library of this process: a loopback socket that
 * represents the remote endpoint.
 */
export class Flow {
  readonly remote: Endpoint;
  readonly direction: 'inbound' | 'outbound';
  /** UDP payload of this connection in both directions. */
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 };
  /** `half-open` until the handshake is done, `closing` while last packets may still leave. */
  state: 'half-open' | 'open' | 'closing' | 'closed' = 'half-open';
  /** When the current state began. */
  since: number;
  /** Whether a packet arrived since the last sweep. */
  active = true;
  /** Whether the remote side received a packet from here, so its address is not forged. */
  proven = false;
  /** The loopback port that represents the remote endpoint; 0 until `open` resolves. */
  localPort = 0;

  readonly #send: FlowInit['send'];
  readonly #socket: Socket;
  /** The port of the QUIC server or client that this flow talks to. */
  #peerPort: number | null;
  #connected = false;
  #waiting: Buffer[] = [];
  /** The connection id that the local side chose, to which the remote side sends. */
  #localId: Buffer | null = null;
  #remoteId: Buffer | null = null;
  #firstDestination: Buffer | null = null;

  constructor(init: FlowInit) {
    this.remote = init.remote;
    this.since = init.now;
    this.direction = init.opening === null ? 'outbound' : 'inbound';
    this.#send = (packet) => init.send(packet);
    this.#peerPort = init.serverPort;
    if (init.opening !== null) {
      this.#firstDestination = Buffer.from(init.opening.destination);
      this.#remoteId = Buffer.from(init.opening.source);
    }
    this.#socket = createUdpSocket(4);
  }

  /** Opens the local socket. Rejects with the system's error. */
  async open(): Promise<void> {
    const port = await bindUdpSocket(this.#socket, LOOPBACK, 0);
    if (this.state === 'closed') {
      this.#socket.close();
      return;
    }
    this.localPort = port;
    this.#socket.on('message', (packet, from) => this.#fromLocal(packet, from.port));
    if (this.#peerPort !== null) this.#connect(this.#peerPort);
  }

  /** Whether a packet from the remote endpoint with this header belongs here. */
  owns({ destination }: LongHeader): boolean {
    if (this.#localId?.equals(destination)) return (this.proven = true);
    return this.direction === 'inbound' && this.#firstDestination?.equals(destination) === true;
  }

  /** The same for a short header. */
  isAddressed(packet: Buffer): boolean {
    return this.#localId !== null && isAddressedTo(packet, this.#localId);
  }

  /** Passes a packet of the remote endpoint to the QUIC library. */
  deliver(packet: Buffer, header: LongHeader | null): void {
    if (this.state === 'closed') return;
    this.active = true;
    this.traffic.receivedBytes += packet.byteLength;
    if (header !== null) this.#remoteId ??= Buffer.from(header.source);
    if (this.#connected) this.#socket.send(packet);
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(packet);
  }

  /** Makes the QUIC library abort a handshake at once instead of waiting for its idle timeout. */
  refuse(): void {
    const destination = this.#localId ?? this.#firstDestination;
    if (this.state !== 'half-open' || this.#firstDestination === null || destination === null) return;
    const ids = {
      firstDestination: this.#firstDestination,
      destination,
      source: this.#remoteId ?? Buffer.alloc(8),
    };
    const sender = this.direction === 'inbound' ? 'client' : 'server';
    if (this.#connected) this.#socket.send(writeHandshakeClose(sender, ids));
  }

  /** Closes the local socket. */
  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    // A socket that is still being bound is closed by `open`.
    if (this.localPort !== 0) this.#socket.close();
  }

  #connect(port: number): void {
    this.#peerPort = port;
    this.#socket.connect(port, LOOPBACK, () => {
      if (this.state === 'closed') return;
      this.#connected = true;
      for (const packet of this.#waiting) this.#socket.send(packet);
      this.#waiting = [];
    });
  }

  #fromLocal(packet: Buffer, port: number): void {
    if (packet.byteLength > MAX_DATAGRAM_BYTES) return;
    if (isLong(packet)) {
      const header = readLongHeader(packet);
      if (header === null) return;
      // One side of a connection keeps its id during the handshake: another one belongs to an earlier dial.
      this.#localId ??= Buffer.from(header.source);
      if (!this.#localId.equals(header.source)) return;
      this.#firstDestination ??= Buffer.from(header.destination);
    }
    if (this.#peerPort === null) this.#connect(port);
    this.traffic.sentBytes += packet.byteLength;
    this.#send(packet);
  }
}
