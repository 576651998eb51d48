import type { WantedPort } from '../../federation/ports.ts';
import { ipv4At } from './ipv4.ts';

const OPCODE_EXTERNAL_ADDRESS = 0;
const OPCODES = { udp: 1, tcp: 2 } as const;
const RESPONSE = 0x80;
const ADDRESS_ANSWER_BYTES = 12;
const MAP_ANSWER_BYTES = 16;
const ERROR_ANSWER_BYTES = 8;

/** RFC 6886 section 3.5, by number. */
const RESULTS = [
  'success',
  'unsupported version',
  'not authorized',
  'network failure',
  'out of resources',
  'unsupported opcode',
];

export interface NatPmpMapRequest {
  readonly wanted: WantedPort;
  /** The requested port; the router may choose another. */
  readonly externalPort: number;
  /** 0 removes the mapping. */
  readonly lifetimeSeconds: number;
}

interface Refused {
  readonly kind: 'refused';
  readonly result: string;
  readonly epochSeconds: number;
}

export type NatPmpAddress =
  | Refused
  | {
      readonly kind: 'address';
      readonly epochSeconds: number;
      /** Null if the router has no external address. */
      readonly externalHost: string | null;
    };

export type NatPmpMapping =
  | Refused
  | {
      readonly kind: 'mapped';
      readonly epochSeconds: number;
      readonly externalPort: number;
      readonly lifetimeSeconds: number;
    };

/** Asks for the external address: RFC 6886 section 3.2. */
export const encodeNatPmpAddress = (): Uint8Array => Uint8Array.of(0, OPCODE_EXTERNAL_ADDRESS);

/** The 12 bytes of a mapping request: RFC 6886 section 3.3. */
export function encodeNatPmpMap(request: NatPmpMapRequest): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  bytes[1] = OPCODES[request.wanted.protocol];
  view.setUint16(4, request.wanted.port);
  view.setUint16(6, request.externalPort);
  view.setUint32(8, request.lifetimeSeconds);
  return bytes;
}

/** The router's external address, requested or announced after a change (RFC 6886 section 3.2.1), or null. */
export function decodeNatPmpAddress(bytes: Uint8Array): NatPmpAddress | null {
  const head = readHead(bytes, OPCODE_EXTERNAL_ADDRESS);
  if (head === null || head.kind === 'refused') return head;
  if (bytes.length !== ADDRESS_ANSWER_BYTES) return null;
  return { kind: 'address', epochSeconds: head.epochSeconds, externalHost: ipv4At(bytes, 8) };
}

/** The answer to a mapping request, or null if the bytes are not one. */
export function decodeNatPmpMap(bytes: Uint8Array, request: NatPmpMapRequest): NatPmpMapping | null {
  const head = readHead(bytes, OPCODES[request.wanted.protocol]);
  if (head === null || head.kind === 'refused') return head;
  if (bytes.length !== MAP_ANSWER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(8) !== request.wanted.port) return null;
  return {
    kind: 'mapped',
    epochSeconds: head.epochSeconds,
    externalPort: view.getUint16(10),
    lifetimeSeconds: view.getUint32(12),
  };
}

function readHead(
  bytes: Uint8Array,
  opcode: number,
): Refused | { readonly kind: 'success'; readonly epochSeconds: number } | null {
  // A refusal may be as long as a success or end after the epoch.
  if (bytes.length < ERROR_ANSWER_BYTES || bytes.length > MAP_ANSWER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== 0 || view.getUint8(1) !== (RESPONSE | opcode)) return null;
  const result = view.getUint16(2);
  const epochSeconds = view.getUint32(4);
  if (result === 0) return { kind: 'success', epochSeconds };
  return { kind: 'refused', result: RESULTS[result] ?? `result ${result}`, epochSeconds };
}
