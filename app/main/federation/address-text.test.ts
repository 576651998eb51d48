import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHostPort } from '../../contract/host-port.ts';
import { addressText } from './address-text.ts';

describe('the text of an address that others dial', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', null],
    ['192.0.2.7:4001', '192.0.2.7', 4001],
    ['bbs.example.org', 'bbs.example.org', null],
    ['BBS.Example.org:443', 'bbs.example.org', 443],
    ['2001:db8::7', '2001:db8::7', null],
    ['2001:DB8::7', '2001:db8::7', null],
    ['[2001:db8::7]', '2001:db8::7', null],
    ['[2001:db8::7]:4001', '2001:db8::7', 4001],
    ['  192.0.2.7:65535\n', '192.0.2.7', 65_535],
  ])('[D1] “%s” is read', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
  });

  test.each([
    '',
    ' ',
    ':4001',
    'localhost',
    '256.1.1.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.4.',
    '192.0.2.7:0',
    '192.0.2.7:65536',
    '192.0.2.7:',
    '192.0.2.7:-1',
    '[192.0.2.7]:4001',
    '[2001:db8::7',
    '[2001:db8::7]4001',
    '[2001:db8::7]:70000',
    'bbs.example.org/path',
    'https://bbs.example.org',
    '/ip4/192.0.2.7/tcp/4001',
    'bbs..example.org',
    '-bbs.example.org',
    'bbs example.org',
    `${'a'.repeat(64)}.example.org`,
    `${'a.'.repeat(127)}org`,
  ])('[D1] “%s” is no address', (text) => {
    expect(parseHostPort(text)).toBeNull();
  });

  test('[D1] any text is parsed or refused, and a parsed one has a host without a slash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain(), fc.webAuthority()), (text) => {
        const read = parseHostPort(text);
        if (read === null) return;
        expect(read.host).toMatch(/^[a-z0-9.:-]+$/);
        if (read.port !== null) expect(read.port).toSatisfy((port: number) => port >= 1 && port <= 65_535);
      }),
    );
  });

  test('[D1] every IPv4 address, IPv6 address and domain with a port survives formatting and parsing', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.domain()), port, (host, number) => {
        expect(parseHostPort(`${host}:${number}`)).toEqual({ host: host.toLowerCase(), port: number });
      }),
    );
    const group = fc.integer({ min: 0, max: 0xff_ff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), port, (groups, number) => {
        const host = groups.join(':');
        expect(parseHostPort(`[${host}]:${number}`)).toEqual({ host, port: number });
        expect(parseHostPort(host)).toEqual({ host, port: null });
      }),
    );
  });
});

describe('multiaddrs', () => {
  test.each([
    ['192.0.2.7', 'tcp', '/ip4/192.0.2.7/tcp/4001'],
    ['192.0.2.7', 'websocket', '/ip4/192.0.2.7/tcp/4001/ws'],
    ['2001:db8::7', 'quic', '/ip6/2001:db8::7/udp/4001/quic-v1'],
    ['bbs.example.org', 'tcp', '/dns/bbs.example.org/tcp/4001'],
  ] as const)('[D1] %s by %s is %s', (host, way, text) => {
    expect(addressText({ host, port: 4001 }, way)).toBe(text);
  });
});
