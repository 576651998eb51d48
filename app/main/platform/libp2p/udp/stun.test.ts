import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipFromBytes, ipToBytes, toEndpoint } from './endpoint.ts';
import { isStun, readStun, writePunch, writeRequest, writeResponse } from './stun.ts';

const ID = Uint8Array.from({ length: 12 }, (_, index) => index + 1);

/** The sample responses of RFC 5769, sections 2.2 and 2.3. */
const SAMPLES: [string, string][] = [
  [
    '192.0.2.1',
    '0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643' +
      '000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96',
  ],
  [
    '2001:db8:1234:5678:11:2233:4455:6677',
    '010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a147' +
      '0113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c',
  ],
];

const endpoints = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 1, max: 65_535 }))
  .map(([ip, port]) => toEndpoint(ip, port))
  .filter((endpoint) => endpoint !== null);

describe('STUN messages', () => {
  test.each(SAMPLES)('the sample response of RFC 5769 names %s, port 32853', (ip, hex) => {
    expect(readStun(Buffer.from(hex, 'hex'))).toMatchObject({
      kind: 'response',
      mapped: { ip, port: 32_853 },
    });
  });

  test('any endpoint survives an answer', () => {
    fc.assert(
      fc.property(endpoints, (endpoint) => {
        expect(readStun(writeResponse(ID, endpoint))).toEqual({ kind: 'response', id: ID, mapped: endpoint });
        expect(ipFromBytes(ipToBytes(endpoint.ip))).toBe(endpoint.ip);
      }),
    );
  });

  test('requests and punches survive writing and reading', () => {
    const token = new Uint8Array(16).fill(9);
    expect(readStun(writeRequest(ID))).toEqual({ kind: 'request', id: ID });
    expect(readStun(writePunch(ID, token))).toEqual({ kind: 'punch', id: ID, token });
  });

  test('no answer is larger than the request', () => {
    const request = writeRequest(ID).byteLength;
    for (const ip of ['192.0.2.1', '2001:db8::1'])
      expect(writeResponse(ID, { ip, port: 1 }).byteLength).toBeLessThanOrEqual(request);
  });

  test('a punch with a token of another length is none', () => {
    expect(readStun(writePunch(ID, new Uint8Array(12)))).toBeNull();
    expect(readStun(writePunch(ID, new Uint8Array(20)))).toBeNull();
  });

  test('junk is null, whatever it looks like', () => {
    const messages = fc.constantFrom(
      writeRequest(ID),
      writePunch(ID, new Uint8Array(16)),
      writeResponse(ID, { ip: '192.0.2.1', port: 4001 }),
      writeResponse(ID, { ip: '2001:db8::1', port: 4001 }),
    );
    const damaged = fc
      .tuple(
        messages,
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat(60),
      )
      .map(([message, changes, length]) => {
        const packet = message.slice();
        for (const [at, byte] of changes) packet[at % packet.length] = byte;
        return packet.slice(0, packet.length - (length % 3 === 0 ? length : 0));
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (packet) => {
        const message = readStun(packet);
        if (message === null) return;
        expect(isStun(packet)).toBe(true);
        expect(message.id).toHaveLength(12);
        if (message.kind === 'punch') expect(message.token).toHaveLength(16);
        if (message.kind === 'response')
          expect(message.mapped).toEqual(toEndpoint(message.mapped.ip, message.mapped.port));
      }),
      { numRuns: 5_000 },
    );
  });
});
