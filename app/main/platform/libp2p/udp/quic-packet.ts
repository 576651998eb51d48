import { createCipheriv, createHmac } from 'node:crypto';

/** The connection ids in a long header of QUIC version 1 (RFC 9000, section 17.2). */
export interface LongHeader {
  /** Whether this may be the first packet of a connection: an Initial of full size. */
  readonly opens: boolean;
  readonly destination: Buffer;
  readonly source: Buffer;
}

/** The smallest datagram that may carry a client's Initial (RFC 9000, section 14.1). */
export const MIN_INITIAL_BYTES = 1200;

const MAX_ID_BYTES = 20;
const VERSION_1 = 1;

export const isLong = (packet: Uint8Array): boolean => ((packet[0] ?? 0) & 0x80) !== 0;

/** Parses a long header; null for short headers and anything else that is not QUIC version 1. */
export function readLongHeader(packet: Buffer): LongHeader | null {
  if (!isLong(packet) || packet.byteLength < 7 || packet.readUInt32BE(1) !== VERSION_1) return null;
  const destination = idAt(packet, 5);
  const source = destination === null ? null : idAt(packet, 6 + destination.byteLength);
  if (destination === null || source === null) return null;
  // An Initial of a client is never sent with the fixed bit cleared: RFC 9287 allows that later only.
  const opens = ((packet[0] ?? 0) & 0xf0) === 0xc0 && packet.byteLength >= MIN_INITIAL_BYTES;
  return { opens, destination, source };
}

/** Whether a packet with a short header is addressed to this connection id. */
export function isAddressedTo(packet: Buffer, id: Buffer): boolean {
  return packet.compare(id, 0, id.byteLength, 1, 1 + id.byteLength) === 0;
}

function idAt(packet: Buffer, at: number): Buffer | null {
  const length = packet[at];
  if (length === undefined || length > MAX_ID_BYTES || at + 1 + length > packet.byteLength) return null;
  return packet.subarray(at + 1, at + 1 + length);
}

/** The salt of version 1 (RFC 9001, section 5.2). */
const INITIAL_SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
/**
 * CONNECTION_CLOSE of the transport with CONNECTION_REFUSED, no frame type and no reason (RFC 9000, 19.19).
 */
const CLOSE_FRAME = Buffer.from([0x1c, 0x02, 0x00, 0x00]);
const TAG_BYTES = 16;
/** A packet number that no handshake reaches. */
const PACKET_NUMBER = 0x00ff_ffff;

/**
 * An Initial that ends a handshake at once. The keys of an Initial follow from `firstDestination`, the
 * destination id of the client's first packet (RFC 9001, section 5.2), so anyone on the path can
 * write one.
 */
export function writeHandshakeClose(
  sender: 'client' | 'server',
  ids: { firstDestination: Buffer; destination: Buffer; source: Buffer },
): Buffer {
  const initial = createHmac('sha256', INITIAL_SALT).update(ids.firstDestination).digest();
  const secret = expand(initial, `${sender} in`, 32);
  const iv = expand(secret, 'quic iv', 12);

  const start = Buffer.from([0xc3, 0, 0, 0, VERSION_1]);
  const lengths = [ids.destination, ids.source].flatMap((id) => [Buffer.from([id.byteLength]), id]);
  const noToken = Buffer.from([0]);
  const numberAt = start.byteLength + Buffer.concat(lengths).byteLength + 1 + 2;
  const payload = Buffer.alloc(MIN_INITIAL_BYTES - numberAt - 4 - TAG_BYTES);
  CLOSE_FRAME.copy(payload);
  const rest = Buffer.alloc(6);
  rest.writeUInt16BE(0x4000 | (4 + payload.byteLength + TAG_BYTES));
  rest.writeUInt32BE(PACKET_NUMBER, 2);
  const header = Buffer.concat([start, ...lengths, noToken, rest]);

  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ PACKET_NUMBER) >>> 0, 8);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, 'quic key', 16), nonce);
  cipher.setAAD(header);
  const packet = Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  protectHeader(packet, numberAt, expand(secret, 'quic hp', 16));
  return packet;
}

/** Header protection of a long header with a packet number of four bytes (RFC 9001, section 5.4). */
function protectHeader(packet: Buffer, numberAt: number, key: Buffer): void {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const mask = cipher.update(packet.subarray(numberAt + 4, numberAt + 20));
  packet[0] = (packet[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  for (let index = 0; index < 4; index++)
    packet[numberAt + index] = (packet[numberAt + index] ?? 0) ^ (mask[index + 1] ?? 0);
}

/** HKDF-Expand-Label of TLS 1.3 (RFC 8446, section 7.1) for at most 32 bytes. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const full = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, full.byteLength]), full, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}
