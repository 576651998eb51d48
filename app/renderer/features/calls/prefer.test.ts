import { expect, test } from 'vitest';
import { Preferences, stepFor } from './prefer.ts';
import { ManualTimers } from './test-call.ts';

test('a tile gets the next larger step, within the chosen quality', () => {
  expect(stepFor(90, 'auto')).toBe(180);
  expect(stepFor(400, 'auto')).toBe(720);
  expect(stepFor(400, '360p')).toBe(360);
  expect(stepFor(2160, 'auto')).toBe(1080);
  expect(stepFor(0, '1080p')).toBe(0);
  expect(stepFor(400, 'audio')).toBe(0);
});

test('a track without a tile is paused, and a change of layout is told once', () => {
  const timers = new ManualTimers();
  const told: [string, number][] = [];
  const preferences = new Preferences(timers, (track, height) => told.push([track, height]));
  preferences.want('seen', 300);
  preferences.ready('seen');
  preferences.ready('hidden');
  timers.run();
  expect(told).toEqual([
    ['seen', 360],
    ['hidden', 0],
  ]);
  told.length = 0;
  preferences.want('seen', 0);
  preferences.want('hidden', 200);
  preferences.want('seen', 310);
  timers.run();
  expect(told).toEqual([['hidden', 360]]);
  told.length = 0;
  preferences.limit('audio');
  timers.run();
  expect(told).toEqual([
    ['seen', 0],
    ['hidden', 0],
  ]);
});

test('after a new start the host is told again what the tiles want', () => {
  const timers = new ManualTimers();
  const told: [string, number][] = [];
  const preferences = new Preferences(timers, (track, height) => told.push([track, height]));
  preferences.want('a', 300);
  preferences.ready('a');
  timers.run();
  preferences.clear();
  preferences.ready('a');
  timers.run();
  expect(told).toEqual([
    ['a', 360],
    ['a', 360],
  ]);
});
