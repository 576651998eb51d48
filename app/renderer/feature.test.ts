import { expect, test } from 'vitest';
import { consoleFeatures, ConsoleFeatureError } from './feature.ts';
import { features } from './features.ts';

const room = (shortcut: string) => ({ label: 'Room', shortcut, group: 0 as const, place: 1 });

test('no two features of the console claim a name or a key', () => {
  expect(consoleFeatures(features)).toEqual(features);
  expect(features.map(({ name }) => name).join(' ')).toBe(
    'overview boards chat members review moderation ledger federation settings',
  );
  expect(() => consoleFeatures([{ name: 'chat' }, { name: 'chat' }])).toThrow(ConsoleFeatureError);
  expect(() =>
    consoleFeatures([
      { name: 'chat', room: room('3') },
      { name: 'calls', room: room('3') },
    ]),
  ).toThrow('The key 3 is claimed by “chat” and by “calls”.');
});
