import type { WantedPort } from '../../federation/ports.ts';
import { ipv4At, ipv4Bytes } from './ipv4.ts';

const VERSION = 2;
const OPCODE_ANNOUNCE = 0;
const OPCODE_MAP = 1;
const RESPONSE = 0x80;
const HEADER_BYTES = 24;
const MAP_BYTES = 60;
/** RFC 6887 section 7: longer messages, and those whose length is not a multiple of 4, are discarded. */
const MAX_BYTES = 1100;
const UNSUPPORTED_VERSION = 1;

export const NONCE_BYTES = 12;

const PROTOCOL_NUMBERS = { tcp: 6, udp: 17 } as const;

/** RFC 6887 section 7.4, by number. */
const RESULTS = [
  'success',
  'unsupported version',
  'not authorized',
  'malformed request',
  'unsupported opcode',
  'unsupported option',
  'malformed option',
  'network failure',
  'no resources',
  'unsupported protocol',
  'quota exceeded',
  'cannot provide the external address',
  'address mismatch',
  'too many remote peers',
];

export interface PcpMapRequest {
  readonly wanted: WantedPort;
  /** This machine's IPv4 address towards the router. */
  readonly clientAddress: string;
  /** Twelve random bytes; a mapping is renewed and removed with the same nonce. */
  readonly nonce: Uint8Array;
  /** The requested port; the router may choose another. */
  readonly externalPort: number;
  /** 0 removes the mapping. */
  readonly lifetimeSeconds: number;
}

export type PcpAnswer =
  | {
      readonly kind: 'mapped';
      readonly epochSeconds: number;
      readonly lifetimeSeconds: number;
      readonly externalPort: number;
      /** Null if the router has no external IPv4 address. */
      readonly externalHost: string | null;
    }
  /** The router supports another version, or only NAT-PMP. */
  | { readonly kind: 'unsupported-version' }
  | { readonly kind: 'refused'; readonly result: string; readonly epochSeconds: number };

/** The 60 bytes of a MAP request: RFC 6887 sections 7.1 and 11.1. */
export function encodePcpMap(request: PcpMapRequest): Uint8Array {
  const bytes = new Uint8Array(MAP_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  bytes[1] = OPCODE_MAP;
  view.setUint32(4, request.lifetimeSeconds);
  writeMappedIpv4(bytes, 8, request.clientAddress);
  bytes.set(request.nonce.subarray(0, NONCE_BYTES), 24);
  bytes[36] = PROTOCOL_NUMBERS[request.wanted.protocol];
  view.setUint16(40, request.wanted.port);
  view.setUint16(42, request.externalPort);
  writeMappedIpv4(bytes, 44, '0.0.0.0');
  return bytes;
}

/** The answer to a MAP request (RFC 6887 sections 7.2 and 11.1), or null if the bytes are not one. */
export function decodePcpMap(bytes: Uint8Array, request: PcpMapRequest): PcpAnswer | null {
  if (bytes.length > MAX_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || (view.getUint8(1) & RESPONSE) === 0) return null;
  // A NAT-PMP router answers in its own shorter form: RFC 6887 appendix A, RFC 6886 section 3.5.
  if (view.getUint8(0) === 0) {
    return view.getUint16(2) === UNSUPPORTED_VERSION ? { kind: 'unsupported-version' } : null;
  }
  if (bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) return null;
  const result = view.getUint8(3);
  if (result === UNSUPPORTED_VERSION) return { kind: 'unsupported-version' };
  if (view.getUint8(0) !== VERSION || view.getUint8(1) !== (RESPONSE | OPCODE_MAP)) return null;
  if (bytes.length < MAP_BYTES || !isAnswerTo(bytes, view, request)) return null;
  const epochSeconds = view.getUint32(8);
  if (result !== 0) return { kind: 'refused', result: RESULTS[result] ?? `result ${result}`, epochSeconds };
  const lifetimeSeconds = view.getUint32(4);
  const externalPort = view.getUint16(42);
  return {
    kind: 'mapped',
    epochSeconds,
    lifetimeSeconds,
    externalPort,
    externalHost: mappedIpv4At(bytes, 44),
  };
}

/** The epoch that a router announces after a restart (RFC 6887 section 14.1), or null. */
export function decodePcpAnnounce(bytes: Uint8Array): { readonly epochSeconds: number } | null {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_BYTES || bytes.length % 4 !== 0) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isAnnounce = view.getUint8(0) === VERSION && view.getUint8(1) === (RESPONSE | OPCODE_ANNOUNCE);
  return isAnnounce && view.getUint8(3) === 0 ? { epochSeconds: view.getUint32(8) } : null;
}

function isAnswerTo(bytes: Uint8Array, view: DataView, request: PcpMapRequest): boolean {
  return (
    request.nonce.every((byte, index) => byte === bytes[24 + index]) &&
    view.getUint8(36) === PROTOCOL_NUMBERS[request.wanted.protocol] &&
    view.getUint16(40) === request.wanted.port
  );
}

/** IPv4 travels as ::ffff:a.b.c.d: RFC 6887 section 5. */
function writeMappedIpv4(bytes: Uint8Array, offset: number, address: string): void {
  bytes.fill(0xff, offset + 10, offset + 12);
  bytes.set(ipv4Bytes(address), offset + 12);
}

function mappedIpv4At(bytes: Uint8Array, offset: number): string | null {
  const prefix = bytes.subarray(offset, offset + 12);
  const isMapped = prefix.every((byte, index) => byte === (index < 10 ? 0 : 0xff));
  return isMapped ? ipv4At(bytes, offset + 12) : null;
}
