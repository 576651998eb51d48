import { describe, expect, test } from 'vitest';
import type { Reach, ReachReport } from '../../../contract/index.ts';
import { shownAddress, toldForm, usualReach } from './reach.ts';

const reports = (...ready: Reach[]): ReachReport[] =>
  (['machine', 'network', 'internet'] as const).map((reach) => ({
    reach,
    ready: ready.includes(reach),
    finding: 'Found.',
    steps: [],
  }));

describe('the default reach of an invite', () => {
  test('is the widest one that is ready', () => {
    expect(usualReach(reports('machine', 'network', 'internet'))).toBe('internet');
    expect(usualReach(reports('machine', 'network'))).toBe('network');
  });

  test('is the internet if nothing beyond this machine is ready', () => {
    expect(usualReach(reports('machine'))).toBe('internet');
    expect(usualReach(reports())).toBe('internet');
  });
});

describe('an address', () => {
  test('is shown without the id of this node', () => {
    expect(shownAddress('/ip4/203.0.113.7/tcp/4001/p2p/12D3KooWQYhTNQdmr3')).toBe(
      '/ip4/203.0.113.7/tcp/4001',
    );
  });

  test('through a relay is shown with the tail of the relay’s id', () => {
    const shown = '/ip4/198.51.100.4/tcp/4001/p2p/…relay123/p2p-circuit';
    const relayed = '/ip4/198.51.100.4/tcp/4001/p2p/12D3KooWrelay123/p2p-circuit';
    expect(shownAddress(relayed)).toBe(shown);
    expect(shownAddress(`${relayed}/p2p/12D3KooWself1234`)).toBe(shown);
  });

  test('counts as announced only if exactly that port is announced', () => {
    const told = ['/ip4/203.0.113.7/tcp/4001/p2p/12D3KooWself1234'];
    expect(toldForm('/ip4/203.0.113.7/tcp/4001', told)).toBe(told[0]);
    expect(toldForm('/ip4/203.0.113.7/tcp/400', told)).toBeNull();
  });
});
