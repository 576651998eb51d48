import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAddress } from '../platform/libp2p/addresses.ts';
import { Scopes } from '../platform/libp2p/scopes.ts';
import {
  isUsable,
  MAX_TOLD,
  ownAddresses,
  testable,
  toldAddresses,
  type AddressState,
  type OwnAddressFacts,
} from './own-addresses.ts';

const scopes = new Scopes();
const NOTHING: OwnAddressFacts = {
  announced: [],
  listening: [],
  mapped: [],
  observed: [],
  relayed: [],
  read: (address) => readAddress(address, scopes),
  stateOf: () => 'untested',
};
const own = (facts: Partial<OwnAddressFacts>) => ownAddresses({ ...NOTHING, ...facts });
const texts = (facts: Partial<OwnAddressFacts>) => own(facts).map(({ address }) => address);
const mapping = (external: string, port = 4001, protocol: 'tcp' | 'udp' = 'tcp', internalPort = 4001) =>
  ({ protocol, internalPort, externalHost: external, externalPort: port, by: 'pcp' }) as const;

const RELAYED =
  '/ip4/8.8.4.4/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA';
const LISTENING = [
  '/ip4/127.0.0.1/tcp/4001',
  '/ip4/192.168.1.5/tcp/4001',
  '/ip4/192.168.1.5/udp/4001/quic-v1',
];

describe('sources', () => {
  test('[D1] a setting without a port means the port that the node listens on, by TCP and by QUIC', () => {
    expect(texts({ announced: ['bbs.example.org'], listening: LISTENING }).slice(0, 2)).toEqual([
      '/dns/bbs.example.org/tcp/4001',
      '/dns/bbs.example.org/udp/4001/quic-v1',
    ]);
  });

  test('[D1] a setting with a port needs no listening address; a malformed one is left out', () => {
    expect(texts({ announced: ['8.8.8.8:5001', 'nonsense', '300.1.1.1:1', ''] })).toEqual([
      '/ip4/8.8.8.8/tcp/5001',
    ]);
    expect(texts({ announced: ['8.8.8.8'] })).toEqual([]);
  });

  test('[D1] a forwarded port is an address of the router, with the transport that listens on the internal port', () => {
    const listening = [...LISTENING, '/ip4/192.168.1.5/tcp/4002/ws'];
    const mapped = [
      mapping('8.8.8.8', 40_001),
      mapping('8.8.8.8', 40_002, 'tcp', 4002),
      mapping('8.8.8.8', 40_001, 'udp'),
    ];
    expect(texts({ mapped, listening }).slice(0, 3)).toEqual([
      '/ip4/8.8.8.8/tcp/40001',
      '/ip4/8.8.8.8/tcp/40002/ws',
      '/ip4/8.8.8.8/udp/40001/quic-v1',
    ]);
  });

  test('[D1] an address from several sources appears once, under the first of them', () => {
    const found = own({
      announced: ['8.8.8.8:4001'],
      mapped: [mapping('8.8.8.8')],
      listening: ['/ip4/8.8.8.8/tcp/4001'],
      observed: ['8.8.8.8', '8.8.8.8'],
    });
    expect(found).toEqual([
      { address: '/ip4/8.8.8.8/tcp/4001', source: 'setting', scope: 'internet', state: 'untested' },
    ]);
  });

  test('[D1] unroutable addresses and malformed text are left out', () => {
    const listening = ['/ip4/0.0.0.0/tcp/4001', '/ip4/224.0.0.1/tcp/4001', '', 'x', '/ip4/8.8.8.8'];
    expect(texts({ listening, observed: ['', '999.1.1.1', '0.0.0.0'], relayed: ['x'] })).toEqual([]);
  });

  test('[D1] direct comes before relayed, internet before network before machine, reached before untested', () => {
    const state: Record<string, AddressState> = {
      '/ip4/8.8.8.8/tcp/4001': 'unreachable',
      '/ip4/9.9.9.9/tcp/4001': 'reached',
    };
    const found = texts({
      announced: ['8.8.8.8:4001', '1.1.1.1:4001', '9.9.9.9:4001'],
      listening: ['/ip4/127.0.0.1/tcp/4001', '/ip4/10.0.0.5/tcp/4001'],
      relayed: [RELAYED],
      stateOf: (address) => state[address] ?? 'untested',
    });
    expect(found).toEqual([
      '/ip4/9.9.9.9/tcp/4001',
      '/ip4/1.1.1.1/tcp/4001',
      '/ip4/8.8.8.8/tcp/4001',
      RELAYED,
      '/ip4/10.0.0.5/tcp/4001',
      '/ip4/127.0.0.1/tcp/4001',
    ]);
  });
});

describe('announced addresses', () => {
  const told = (facts: Partial<OwnAddressFacts>) => toldAddresses(own(facts));

  test('[D4] an observed address is announced once it was reached', () => {
    const facts = { observed: ['8.8.8.8'], listening: LISTENING };
    expect(told(facts)).not.toContain('/ip4/8.8.8.8/tcp/4001');
    expect(told({ ...facts, stateOf: () => 'reached' })).toContain('/ip4/8.8.8.8/tcp/4001');
  });

  test('[D4] an address that was not reached is announced only if the sysop set it', () => {
    const facts = {
      mapped: [mapping('8.8.8.8')],
      listening: LISTENING,
      stateOf: () => 'unreachable' as const,
    };
    expect(told(facts)).toEqual([]);
    expect(told({ ...facts, announced: ['8.8.8.8'] })).toContain('/ip4/8.8.8.8/tcp/4001');
  });

  test('[D4] loopback is announced if there is nothing else', () => {
    expect(told({ listening: LISTENING.slice(0, 1) })).toEqual(['/ip4/127.0.0.1/tcp/4001']);
    expect(told({ listening: LISTENING })).toEqual(LISTENING.slice(1));
    expect(told({ listening: LISTENING.slice(0, 1), relayed: [RELAYED] })).toEqual([RELAYED]);
  });

  test('[D4] an address through a relay is announced although there are eight other untested addresses', () => {
    const list = told({
      announced: ['1.1.1.1:1', '1.1.1.2:1', '1.1.1.3:1', '1.1.1.4:1'],
      listening: LISTENING,
      relayed: [RELAYED],
      stateOf: () => 'unreachable',
    });
    expect(list).toHaveLength(MAX_TOLD);
    expect(list).toContain(RELAYED);
  });

  test('[D4] of a thousand observed and listening addresses eight are announced', () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => `8.8.${index >> 8}.${index & 255}`);
    const listening = hosts.map((host) => `/ip4/${host}/tcp/4001`);
    expect(told({ listening, observed: hosts })).toHaveLength(MAX_TOLD);
  });

  test('[D2] addresses on the internet are tested; those of relays and of networks are not', () => {
    const facts = {
      announced: ['8.8.8.8:4001'],
      observed: ['9.9.9.9'],
      listening: LISTENING,
      relayed: [RELAYED],
    };
    expect(testable(own(facts))).toEqual([
      '/ip4/8.8.8.8/tcp/4001',
      '/ip4/8.8.8.8/udp/4001/quic-v1',
      '/ip4/9.9.9.9/tcp/4001',
      '/ip4/9.9.9.9/udp/4001/quic-v1',
    ]);
  });

  test('[D1] [D4] whatever the facts: no duplicates, at most eight announced, loopback never with others', () => {
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('127.0.0.1', '10.0.0.5', '8.8.8.8', '::1', '2001:db8::7'),
    );
    const port = fc.integer({ min: 1, max: 65_535 });
    const travel = fc.constantFrom('tcp', 'ws', 'quic');
    const listening = fc.tuple(host, port, travel).map(([ip, number, way]) => {
      const family = ip.includes(':') ? 'ip6' : 'ip4';
      return `/${family}/${ip}/${way === 'quic' ? `udp/${number}/quic-v1` : `tcp/${number}${way === 'ws' ? '/ws' : ''}`}`;
    });
    const states = fc.func(fc.constantFrom<AddressState>('reached', 'unreachable', 'untested'));
    const facts = fc.record({
      announced: fc.array(
        fc.oneof(
          host,
          fc.domain(),
          fc.string(),
          fc.tuple(host, port).map(([ip, number]) => `${ip}:${number}`),
        ),
        { maxLength: 4 },
      ),
      listening: fc.array(fc.oneof({ weight: 9, arbitrary: listening }, fc.string()), { maxLength: 12 }),
      mapped: fc.array(
        fc.tuple(host, port, fc.constantFrom('tcp' as const, 'udp' as const)).map((one) => mapping(...one)),
        { maxLength: 3 },
      ),
      observed: fc.array(host, { maxLength: 6 }),
      relayed: fc.array(fc.constant(RELAYED), { maxLength: 3 }),
      stateOf: states,
    });
    fc.assert(
      fc.property(facts, (drawn) => {
        const found = own(drawn);
        expect(new Set(found.map(({ address }) => address)).size).toBe(found.length);
        const list = toldAddresses(found);
        expect(list.length).toBeLessThanOrEqual(MAX_TOLD);
        const parts = found.filter(({ address }) => list.includes(address));
        expect(parts.every(isUsable)).toBe(true);
        expect(new Set(parts.map(({ scope }) => scope === 'machine')).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
