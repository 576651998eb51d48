import { expect, test } from 'vitest';
import { choosePeers, networkOf, type Candidate } from './peer-choice.ts';

const candidate = (peer: string, wish: Partial<Candidate> = {}): Candidate => ({
  peer,
  person: peer,
  networks: [peer],
  isDirect: true,
  failures: 0,
  ...wish,
});
const chosen = (
  candidates: readonly Candidate[],
  count: number,
  people: string[] = [],
  networks: string[] = [],
) =>
  choosePeers(candidates, { people: new Set(people), networks: new Set(networks) }, count).map(
    ({ peer }) => peer,
  );

test('[P5] a node of another member comes before one in another network, and both before a second node of the same member', () => {
  const [same, network, person, both] = [
    candidate('same', { person: 'eve', networks: ['8.8'] }),
    candidate('network', { person: 'eve' }),
    candidate('person', { networks: ['8.8'] }),
    candidate('both'),
  ];
  expect(chosen([same, network, person, both], 4, ['eve'], ['8.8'])).toEqual([
    'both',
    'person',
    'network',
    'same',
  ]);
});

test('[P5] a node that failed often comes after others, and a relayed one after a direct one', () => {
  const list = [
    candidate('failed', { failures: 4 }),
    candidate('relayed', { isDirect: false }),
    candidate('direct'),
  ];
  expect(chosen(list, 3)).toEqual(['direct', 'relayed', 'failed']);
});

test('[P5] no more are chosen than wanted, and none twice', () => {
  const list = Array.from({ length: 20 }, (_, index) => candidate(`p${index}`));
  expect(new Set(chosen(list, 8)).size).toBe(8);
  expect(chosen(list, 0)).toEqual([]);
  expect(chosen(list, 50)).toHaveLength(20);
});

test('[P5] the network of an address is its first sixteen bits, of IPv6 thirty-two, of a name the name', () => {
  expect(['192.0.2.7', '2001:db8:1::7', 'bbs.example.org'].map(networkOf)).toEqual([
    '192.0',
    '2001:db8',
    'bbs.example.org',
  ]);
});
