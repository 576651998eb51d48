import { expect, test } from 'vitest';
import { callsOf } from '../api/test-calls.ts';
import { moderationApi } from './api.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Moderation } from './service.ts';

test('each call of the contract reaches moderation with its input', async () => {
  const asked: unknown[][] = [];
  const note =
    (name: string, answer: unknown) =>
    (...all: unknown[]) => {
      asked.push([name, ...all]);
      return answer;
    };
  const backlog = { done: 0, total: 0, perSecond: 0, etaSeconds: null, waiting: 0 };
  const status = { mode: 'off', models: [], backlog, perSecond: 0, latency: null };
  const scope = {
    board: null,
    boardName: null,
    bounds: {},
    own: false,
    calibration: { samples: 0, needed: 30, since: null },
  };
  const perDay = { expected: 0, low: 0, high: 0 };
  const replay = {
    id: 'r',
    board: null,
    judged: 0,
    reviewed: 0,
    days: 0,
    changed: [],
    falsePositives: { now: perDay, after: perDay },
    caught: { now: null, after: null },
    examples: [],
  };
  const verdict = {
    decision: 'publish',
    confidence: 1,
    scores: null,
    labels: [],
    reasons: [],
    spans: [],
    language: null,
    stage: 'none',
    latencyMs: 1,
  };
  const {
    perWindow: perMinute,
    perWindowNew: perMinuteNew,
    sameText,
    links,
    linksNew,
    flood,
  } = DEFAULT_LIMITS;
  const limits = {
    perMinute,
    perMinuteNew,
    sameText,
    links,
    linksNew,
    flood,
    newForDays: 7,
    newUntilMessages: 10,
  };
  const trust = {
    trustedRole: 'moderator',
    trustedAfterDays: 1,
    trustedAfterMessages: 1,
    importRole: 'sysop',
  };
  const rules = { ...limits, ...trust, deadlineMs: 1000 };
  const dashboard = {
    hours: [],
    queue: { open: 0, oldestAt: null, ages: [0, 0, 0, 0] },
    precision: [],
    falsePositiveRate: null,
    drift: [],
  };
  const service = {
    status: note('status', status),
    watchStatus: (listener: (value: unknown) => void) => (listener(status), () => {}),
    setModels: note('setModels', undefined),
    judge: note('judge', verdict),
    bounds: note('bounds', [scope]),
    tryBounds: note('tryBounds', replay),
    tryCalibration: note('tryCalibration', replay),
    tryWithoutCalibration: note('tryWithoutCalibration', replay),
    apply: note('apply', scope),
    consent: note('consent', { given: true }),
    setConsent: note('setConsent', undefined),
    rules: note('rules', rules),
    setRules: note('setRules', rules),
    lists: note('lists', []),
    importList: note('importList', { lists: [], skipped: 1 }),
    setList: note('setList', undefined),
    removeList: note('removeList', undefined),
    dashboard: note('dashboard', dashboard),
  };
  const calls = callsOf(({ moderation }) =>
    moderationApi(moderation, () => service as unknown as Moderation),
  );
  const watched = await calls.watchStatus({});
  expect(await watched.next()).toEqual({ done: false, value: status });
  await watched.return();
  const answers = [
    [await calls.status({}), status],
    [await calls.setModels({ on: true }), {}],
    [await calls.judge({ text: 'x' }), verdict],
    [await calls.bounds({}), [scope]],
    [await calls.tryBounds({ bounds: null }), replay],
    [await calls.tryCalibration({}), replay],
    [await calls.tryWithoutCalibration({}), replay],
    [await calls.apply({ replay: 'r' }), scope],
    [await calls.consent({}), { given: true }],
    [await calls.setConsent({ given: false }), {}],
    [await calls.rules({}), rules],
    [await calls.setRules({ flood: 3 }), rules],
    [await calls.lists({}), []],
    [await calls.importList({ name: 'a', text: 'b' }), { lists: [], skipped: 1 }],
    [await calls.setList({ id: 'a' }), {}],
    [await calls.removeList({ id: 'a' }), {}],
    [await calls.dashboard({}), dashboard],
  ];
  for (const [answer, expected] of answers) expect(answer).toEqual(expected);
  const board = null;
  expect(asked).toEqual([
    ['status'],
    ['setModels', { on: true }],
    ['judge', { text: 'x', board }],
    ['bounds'],
    ['tryBounds', { board, bounds: null }],
    ['tryCalibration', { board }],
    ['tryWithoutCalibration', { board }],
    ['apply', { replay: 'r' }],
    ['consent'],
    ['setConsent', { given: false }],
    ['rules'],
    ['setRules', { flood: 3 }],
    ['lists'],
    ['importList', { name: 'a', text: 'b', decision: 'queue' }],
    ['setList', { id: 'a' }],
    ['removeList', { id: 'a' }],
    ['dashboard', { hours: 48 }],
  ]);
});
