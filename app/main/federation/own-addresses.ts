import { parseHostPort } from '../../contract/host-port.ts';
import { addressText } from './address-text.ts';
import type { MappedPort } from './ports.ts';
import type { AddressParts, Scope } from './ports.ts';

/** [D1] Where this node learned an address of its own from. */
export type AddressSource = 'setting' | 'router' | 'interface' | 'observed' | 'relay';
/** [D3] The outcome of dial-backs. */
export type AddressState = 'reached' | 'unreachable' | 'untested';

export interface OwnAddress {
  /** Without this node's peer id, except for an address through a relay. */
  readonly address: string;
  readonly source: AddressSource;
  readonly scope: Scope;
  readonly state: AddressState;
}

export interface OwnAddressFacts {
  /** The setting "addresses others dial": `host` or `host:port`. */
  readonly announced: readonly string[];
  readonly listening: readonly string[];
  readonly mapped: readonly MappedPort[];
  /** IP addresses at which nodes on the internet saw this one. */
  readonly observed: readonly string[];
  /** Addresses through relays. */
  readonly relayed: readonly string[];
  readonly read: (address: string) => AddressParts | null;
  readonly stateOf: (address: string) => AddressState;
}

/** [D4] The most addresses that a node announces. */
export const MAX_TOLD = 8;

/** [D1] Every address at which others might dial this node, without duplicates, the best first. */
export function ownAddresses(facts: OwnAddressFacts): OwnAddress[] {
  const { announced, listening, mapped, observed, relayed, read, stateOf } = facts;
  const heard = listening.flatMap((address) => {
    const parts = read(address);
    return parts === null || parts.scope === 'nowhere' ? [] : [{ address, parts }];
  });
  const portOf = (way: AddressParts['way']) => heard.find(({ parts }) => parts.way === way)?.parts.port;
  const found: { address: string; source: AddressSource }[] = [];

  for (const text of announced) {
    const wanted = parseHostPort(text);
    const port = wanted?.port ?? portOf('tcp');
    if (wanted === null || port === undefined) continue;
    found.push({ address: addressText({ host: wanted.host, port }, 'tcp'), source: 'setting' });
    if (portOf('quic') !== undefined)
      found.push({ address: addressText({ host: wanted.host, port }, 'quic'), source: 'setting' });
  }
  for (const { protocol, externalHost: host, externalPort: port, internalPort } of mapped) {
    const way = protocol === 'udp' ? 'quic' : internalPort === portOf('websocket') ? 'websocket' : 'tcp';
    found.push({ address: addressText({ host, port }, way), source: 'router' });
  }
  for (const { address } of heard) found.push({ address, source: 'interface' });
  for (const host of observed) {
    for (const way of ['tcp', 'websocket', 'quic'] as const) {
      const port = portOf(way);
      if (port !== undefined) found.push({ address: addressText({ host, port }, way), source: 'observed' });
    }
  }
  // Relays are dialled by TCP; a private address of the relay is of no use to other peers.
  for (const address of relayed) {
    const parts = read(address);
    if (parts?.way !== 'quic' && parts?.scope === 'internet') found.push({ address, source: 'relay' });
  }

  const seen = new Set<string>();
  return found
    .flatMap(({ address, source }) => {
      const parts = read(address);
      if (parts === null || parts.scope === 'nowhere' || seen.has(address)) return [];
      seen.add(address);
      const state: AddressState = source === 'relay' ? 'reached' : stateOf(address);
      return [{ address, source, scope: parts.scope, state }];
    })
    .toSorted((a, b) => rankOf(a) - rankOf(b));
}

const SCOPES: readonly Scope[] = ['internet', 'network', 'machine', 'nowhere'];
const STATES: readonly AddressState[] = ['reached', 'untested', 'unreachable'];

/**
 * Direct before relayed, wider scope first, reached before untested; then in the order of {@link
 * ownAddresses}.
 */
function rankOf({ source, scope, state }: OwnAddress): number {
  if (source === 'relay') return 5;
  return SCOPES.indexOf(scope) * 10 + STATES.indexOf(state);
}

/**
 * [D4] Whether an address is announced: an observed one only once it was reached, and one that dial-backs did
 * not reach only if the sysop set it.
 */
export const isUsable = ({ source, state }: OwnAddress): boolean =>
  source === 'setting' ||
  source === 'relay' ||
  state === 'reached' ||
  (state === 'untested' && source !== 'observed');

/** [D4] How many of the announced addresses are reserved for relays. */
const RELAYED = 2;

/** [D4] The announced addresses; loopback only if there is nothing else. */
export function toldAddresses(own: readonly OwnAddress[]): string[] {
  const usable = own.filter(isUsable);
  const outside = usable.filter(({ scope }) => scope !== 'machine');
  const chosen = outside.length > 0 ? outside : usable;
  const relayed = chosen.filter(({ source }) => source === 'relay').slice(0, RELAYED);
  const others = chosen.filter((one) => !relayed.includes(one)).slice(0, MAX_TOLD - relayed.length);
  return chosen.filter((one) => others.includes(one) || relayed.includes(one)).map(({ address }) => address);
}

/** [D2] The addresses to test by dial-back: those on the internet. */
export function testable(own: readonly OwnAddress[]): string[] {
  return own.flatMap(({ address, source, scope }) =>
    source !== 'relay' && scope === 'internet' ? [address] : [],
  );
}
