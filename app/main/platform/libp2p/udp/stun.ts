import { ipFromBytes, ipToBytes, toEndpoint, type Endpoint } from './endpoint.ts';

/**
 * The part of STUN (RFC 8489) that this node uses: binding requests and their answers, and a binding
 * indication with a token for hole punching.
 */
export type StunMessage =
  | { readonly kind: 'request'; readonly id: Uint8Array }
  | { readonly kind: 'response'; readonly id: Uint8Array; readonly mapped: Endpoint }
  | { readonly kind: 'punch'; readonly id: Uint8Array; readonly token: Uint8Array };

/** The length of a transaction id (RFC 8489, section 5). */
export const STUN_ID_BYTES = 12;

/** The length of the token in a punch. */
export const TOKEN_BYTES = 16;

const HEADER_BYTES = 20;
const MAX_STUN_BYTES = 548;
const COOKIE = 0x2112_a442;

const BINDING_REQUEST = 0x0001;
const BINDING_INDICATION = 0x0011;
const BINDING_SUCCESS = 0x0101;

const XOR_MAPPED_ADDRESS = 0x0020;
/**
 * Both numbers are from the comprehension-optional range for expert review (0xC000-0xFFFF, RFC 8489, section
 * 18.3) and are not registered with IANA. Other STUN servers skip them.
 */
const PUNCH_TOKEN = 0xe1c0;
const PADDING = 0xe1c1;

/** The largest answer: header and an IPv6 address. */
const MAX_RESPONSE_BYTES = HEADER_BYTES + 4 + 20;

/**
 * The smallest request that is answered. A node that answers shorter ones would send more than it received,
 * to an address that the sender may have forged.
 */
export const MIN_REQUEST_BYTES = MAX_RESPONSE_BYTES;

/**
 * Whether a datagram is STUN. The first byte alone (RFC 9443) does not tell: QUIC may clear its fixed bit
 * (RFC 9287), and then begins with any byte. The cookie and the length decide.
 */
export function isStun(packet: Uint8Array): boolean {
  if (packet.byteLength < HEADER_BYTES || packet.byteLength > MAX_STUN_BYTES) return false;
  if ((packet[0] ?? 0) > 3) return false;
  const view = viewOf(packet);
  return view.getUint32(4) === COOKIE && view.getUint16(2) === packet.byteLength - HEADER_BYTES;
}

/** Parses one STUN message; null for anything but the three kinds. */
export function readStun(packet: Uint8Array): StunMessage | null {
  if (!isStun(packet)) return null;
  const id = packet.slice(8, HEADER_BYTES);
  const type = viewOf(packet).getUint16(0);
  if (type === BINDING_REQUEST) return attributesOf(packet) === null ? null : { kind: 'request', id };
  if (type === BINDING_SUCCESS) {
    const value = attributesOf(packet)?.get(XOR_MAPPED_ADDRESS);
    const mapped = value === undefined ? null : readAddress(value, packet);
    return mapped === null ? null : { kind: 'response', id, mapped };
  }
  if (type === BINDING_INDICATION) {
    const token = attributesOf(packet)?.get(PUNCH_TOKEN);
    return token?.byteLength === TOKEN_BYTES ? { kind: 'punch', id, token: token.slice() } : null;
  }
  return null;
}

/** A binding request, padded so that no answer is larger than it. */
export function writeRequest(id: Uint8Array): Uint8Array {
  return write(BINDING_REQUEST, id, PADDING, new Uint8Array(MIN_REQUEST_BYTES - HEADER_BYTES - 4));
}

/** The answer to request `id`, with the endpoint from which it was received. */
export function writeResponse(id: Uint8Array, { ip, port }: Endpoint): Uint8Array {
  const bytes = ipToBytes(ip);
  const value = new Uint8Array(4 + bytes.byteLength);
  const packet = write(BINDING_SUCCESS, id, XOR_MAPPED_ADDRESS, value);
  const at = HEADER_BYTES + 4;
  packet[at + 1] = bytes.byteLength === 4 ? 1 : 2;
  viewOf(packet).setUint16(at + 2, port ^ (COOKIE >>> 16));
  // The mask is the cookie followed by the transaction id, as in the header.
  bytes.forEach((byte, index) => (packet[at + 4 + index] = byte ^ (packet[4 + index] ?? 0)));
  return packet;
}

/** A hole-punching packet, whose token identifies the sender. */
export function writePunch(id: Uint8Array, token: Uint8Array): Uint8Array {
  return write(BINDING_INDICATION, id, PUNCH_TOKEN, token);
}

function readAddress(value: Uint8Array, packet: Uint8Array): Endpoint | null {
  const length = value[1] === 1 ? 4 : value[1] === 2 ? 16 : 0;
  if (length === 0 || value.byteLength !== 4 + length) return null;
  const port = viewOf(value).getUint16(2) ^ (COOKIE >>> 16);
  const bytes = value.slice(4).map((byte, index) => byte ^ (packet[4 + index] ?? 0));
  return toEndpoint(ipFromBytes(bytes), port);
}

/** The first attribute of each type, or null if they do not fill the message exactly. */
function attributesOf(packet: Uint8Array): Map<number, Uint8Array> | null {
  const attributes = new Map<number, Uint8Array>();
  const view = viewOf(packet);
  let at = HEADER_BYTES;
  while (at < packet.byteLength) {
    if (at + 4 > packet.byteLength) return null;
    const type = view.getUint16(at);
    const end = at + 4 + view.getUint16(at + 2);
    if (end > packet.byteLength) return null;
    if (!attributes.has(type)) attributes.set(type, packet.subarray(at + 4, end));
    at = (end + 3) & ~3;
  }
  return at === packet.byteLength ? attributes : null;
}

function write(type: number, id: Uint8Array, attribute: number, value: Uint8Array): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES + 4 + value.byteLength);
  const view = viewOf(packet);
  view.setUint16(0, type);
  view.setUint16(2, packet.byteLength - HEADER_BYTES);
  view.setUint32(4, COOKIE);
  packet.set(id, 8);
  view.setUint16(HEADER_BYTES, attribute);
  view.setUint16(HEADER_BYTES + 2, value.byteLength);
  packet.set(value, HEADER_BYTES + 4);
  return packet;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
