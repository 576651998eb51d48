import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLongHeader, writeHandshakeClose } from './quic-packet.ts';

describe('QUIC headers', () => {
  test('an Initial shows its connection ids', () => {
    // The unprotected client Initial of RFC 9001, appendix A.2, to its full size.
    const packet = Buffer.alloc(1200);
    Buffer.from('c300000001088394c8f03e5157080000449e00000002', 'hex').copy(packet);
    expect(readLongHeader(packet)).toEqual({
      opens: true,
      destination: Buffer.from('8394c8f03e515708', 'hex'),
      source: Buffer.alloc(0),
    });
    expect(readLongHeader(packet.subarray(0, 1199))?.opens).toBe(false);
  });

  test('a packet that ends a handshake has the size and the ids of an Initial', () => {
    const ids = {
      firstDestination: Buffer.from('8394c8f03e515708', 'hex'),
      destination: Buffer.from('f067a5502a4262b5', 'hex'),
      source: Buffer.from('0102', 'hex'),
    };
    const packet = writeHandshakeClose('client', ids);
    expect(packet).toHaveLength(1200);
    expect(readLongHeader(packet)).toEqual({ opens: true, destination: ids.destination, source: ids.source });
  });

  test('any bytes are parsed as a header within the packet, or null', () => {
    const version1 = fc
      .tuple(fc.integer({ min: 128, max: 255 }), fc.uint8Array({ maxLength: 60 }))
      .map(([first, rest]) => Buffer.from([first, 0, 0, 0, 1, ...rest]));
    const junk = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(version1, junk), (packet) => {
        const header = readLongHeader(packet);
        if (header === null) return;
        expect(header.opens).toBe(false);
        expect(header.destination.length + header.source.length + 7).toBeLessThanOrEqual(packet.length);
        expect(Math.max(header.destination.length, header.source.length)).toBeLessThanOrEqual(20);
      }),
      { numRuns: 2_000 },
    );
  });
});
