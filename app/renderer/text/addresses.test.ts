import { describe, expect, test } from 'vitest';
import { leadsBeyond, readAnnounced } from './addresses.ts';

describe('addresses that others dial', () => {
  test.each([
    '192.0.2.7',
    '192.0.2.7:4001',
    'bbs.example.org',
    'bbs.example.org:4001',
    '2001:db8::7',
    '[2001:db8::7]',
    '[2001:db8::7]:4001',
  ])('%s is accepted', (address) => {
    expect(readAnnounced(address)).toEqual({ ok: true, addresses: [address] });
  });

  test.each([
    '192.0.2',
    '192.0.2.300',
    'bbs',
    'bbs_2.example.org',
    'https://bbs.example.org',
    '/ip4/192.0.2.7/tcp/4001',
    '[bbs.example.org]:4001',
    '192.0.2.7:port',
    '[2001:db8::7',
  ])('%s is rejected, with the valid forms', (address) => {
    const read = readAnnounced(address);
    expect(read).toMatchObject({ ok: false, why: expect.stringContaining(`“${address}”`) });
    expect(read).toMatchObject({ why: expect.stringContaining('192.0.2.7') });
  });

  test.each(['192.0.2.7:0', '192.0.2.7:65536'])('the port in %s is rejected with its bounds', (address) => {
    expect(readAnnounced(address)).toMatchObject({ ok: false, why: expect.stringContaining('65,535') });
  });

  test('addresses are separated by lines or commas, each counted once', () => {
    expect(readAnnounced(' 192.0.2.7,\nbbs.example.org:4001\n\n192.0.2.7 ')).toEqual({
      ok: true,
      addresses: ['192.0.2.7', 'bbs.example.org:4001'],
    });
  });

  test('an empty list is valid; more than four addresses are rejected', () => {
    expect(readAnnounced(' \n')).toEqual({ ok: true, addresses: [] });
    const five = [1, 2, 3, 4, 5].map((last) => `192.0.2.${last}`).join('\n');
    expect(readAnnounced(five)).toMatchObject({ ok: false });
  });
});

test.each([
  ['/ip4/127.0.0.1/tcp/4001', false],
  ['/ip4/127.8.8.8/udp/4001/quic-v1', false],
  ['/ip6/::1/tcp/4001', false],
  ['/dns/localhost/tcp/4001', false],
  ['/ip4/192.168.1.20/tcp/4001', true],
  ['/ip6/2001:db8::7/tcp/4001', true],
  ['/dns/bbs.example.org/tcp/4001', true],
])('whether %s leads beyond this machine: %s', (address, beyond) => {
  expect(leadsBeyond(address)).toBe(beyond);
});
