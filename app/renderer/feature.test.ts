import { expect, test } from 'vitest';
import { consoleFeatures, ConsoleFeatureError } from './feature.ts';
import { features } from './features.ts';

const room = (shortcut: string) => ({ label: 'Room', shortcut, group: 0 as const, place: 1 });

test('no two features of the console claim a name or a key', () => {
  expect(consoleFeatures(features)).toEqual(features);
  expect(() => consoleFeatures([{ name: 'chat' }, { name: 'chat' }])).toThrow(ConsoleFeatureError);
  expect(() =>
    consoleFeatures([
      { name: 'chat', room: room('3') },
      { name: 'calls', room: room('3') },
    ]),
  ).toThrow('The key 3 is claimed by “chat” and by “calls”.');
});

test('rooms stand in their groups, by place', () => {
  const places = features.flatMap(({ room: found }) => (found ? [found.group * 100 + found.place] : []));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(new Set(places).size).toBe(places.length);
});
