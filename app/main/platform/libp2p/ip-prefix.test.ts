import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefixOf } from './ip-prefix.ts';

test.each([
  ['198.51.100.7', '198.51.100'],
  ['::ffff:198.51.100.7', '198.51.100'],
  ['2001:db8:a:b::1', '2001:db8:a'],
  ['2001:0db8:000a::1', '2001:db8:a'],
  ['2001:db8::1', '2001:db8:0'],
  ['::1', '0:0:0'],
  ['', ''],
])('[FG4] %s lies in %s', (host, prefix) => {
  expect(prefixOf(host)).toBe(prefix);
});

test('[FG4] the host part does not change the prefix, and the network part does', () => {
  const group = fc.integer({ min: 1, max: 0xffff }).map((n) => n.toString(16));
  const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(groups(3), groups(5), groups(5), (network, one, other) => {
      const address = (host: string[]) => [...network, ...host].join(':');
      expect(prefixOf(address(one))).toBe(network.join(':'));
      expect(prefixOf(address(one))).toBe(prefixOf(address(other)));
      expect(prefixOf(`${network.join(':')}::1`)).toBe(network.join(':'));
    }),
  );
});
