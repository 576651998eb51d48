import { implement } from '@orpc/server';
import { contract } from '../../../contract/index.ts';
import type {
  Bounds,
  ModerationList,
  ModerationRules,
  ModerationStatus,
  Replay,
  ScopeBounds,
  Verdict,
} from '../../../contract/index.ts';
import { Events } from './events.ts';
import { seeded } from './random.ts';
import { accused } from './reviewWords.ts';
import { LEAST_DECISIONS, sampleModels, shippedBounds, shippedRules } from './shipped.ts';

const HOUR_MS = 3_600_000;
/**
 * The moderation procedures over sample data; with `kind` broken-model one model is broken and another
 * missing.
 */
export function moderationProcedures(now: () => number, kind: string) {
  const os = implement(contract).moderation;
  const news = new Events<ModerationStatus>();
  let on = true;
  let consent = true;
  let replays = 0;
  const tried = new Map<string, { board: string | null; bounds: Bounds | null; calibrate: boolean | null }>();
  let rules: ModerationRules = shippedRules;
  let lists: ModerationList[] = [
    {
      id: 'list-0',
      name: 'Harbour words',
      kind: 'words',
      entries: 41,
      decision: 'queue',
      addedAt: now() - 90 * HOUR_MS,
      on: true,
    },
    {
      id: 'list-1',
      name: 'Ad domains',
      kind: 'domains',
      entries: 86_204,
      decision: 'quarantine',
      addedAt: now() - 900 * HOUR_MS,
      on: true,
    },
  ];
  const calibration = (board: string | null) => ({
    samples: board === null ? 214 : 31,
    needed: LEAST_DECISIONS,
    since: null as number | null,
  });
  let scopes: ScopeBounds[] = [
    { board: null, boardName: null, bounds: shippedBounds, own: true, calibration: calibration(null) },
    ...['Harbour talk', 'Front desk', 'Doors'].map((boardName, n): ScopeBounds => {
      const board = `bafyreisample-b-${n}`;
      const own = n === 2;
      const bounds = own ? { ...shippedBounds, toxic: { queue: 0.85, quarantine: 0.97 } } : shippedBounds;
      return { board, boardName, bounds, own, calibration: calibration(board) };
    }),
  ];
  const status = (): ModerationStatus => ({
    mode: !on ? 'off' : kind === 'broken-model' ? 'first-stage' : 'models',
    models: sampleModels(on, kind === 'broken-model'),
    backlog: { done: 12_400, total: 12_404, perSecond: 1_840, etaSeconds: 0, waiting: 4 },
    perSecond: 1_840,
    latency: { p50Ms: 1.2, p99Ms: 41 },
  });
  const verdict = (text: string): Verdict => {
    const found = accused.find((one) => text.toLowerCase().includes(one.text.slice(0, 12).toLowerCase()));
    const bad = found !== undefined || /viagra|casino|idiot/i.test(text);
    const at = text.search(/viagra|casino|idiot/i);
    return {
      decision: bad ? 'quarantine' : 'publish',
      confidence: bad ? 0.96 : 0.99,
      scores: {
        spam: bad ? 0.96 : 0.02,
        toxic: 0.04,
        severe: 0.01,
        obscene: 0.02,
        threat: 0.01,
        insult: 0.03,
        identity: 0.01,
        nsfw: 0.01,
      },
      labels: bad ? ['spam'] : [],
      reasons: bad ? [{ code: 'spam', detail: 'Reads like an advertisement.' }] : [],
      spans: found ? found.spans : at >= 0 ? [[at, at + 6]] : [],
      language: 'en',
      stage: 'second',
    };
  };
  const replay = (board: string | null, bounds: Bounds | null, calibrate: boolean | null): Replay => {
    replays += 1;
    const id = `replay-${replays}`;
    tried.set(id, { board, bounds, calibrate });
    const held = scopes.find((scope) => scope.board === board) ?? scopes[0];
    const looser =
      (bounds?.spam?.queue ?? shippedBounds.spam.queue) >
      (held?.bounds.spam?.queue ?? shippedBounds.spam.queue);
    return {
      id,
      board,
      judged: 18_240,
      reviewed: 212,
      days: 14,
      changed: looser
        ? [
            { from: 'queue', to: 'publish', count: 37 },
            { from: 'quarantine', to: 'queue', count: 4 },
          ]
        : [{ from: 'publish', to: 'queue', count: 61 }],
      falsePositives: {
        now: { expected: 1.4, low: 0.6, high: 2.9 },
        after: looser ? { expected: 0.5, low: 0.1, high: 1.4 } : { expected: 3.2, low: 1.9, high: 5.1 },
      },
      caught: { now: 0.96, after: looser ? 0.91 : 0.98 },
      examples: accused.slice(0, 4).map((one, n) => ({
        id: `bafyreisample-r-${n + 4}`,
        excerpt: one.text.slice(0, 110),
        from: looser ? 'queue' : 'publish',
        to: looser ? 'publish' : 'queue',
        person: n === 1 ? 'remove' : n === 3 ? 'publish' : null,
      })),
    };
  };
  return {
    status: os.status.handler(status),
    watchStatus: os.watchStatus.handler(({ signal }) => news.watch(signal, status)),
    setModels: os.setModels.handler(({ input }) => {
      ({ on } = input);
      news.tell(status());
      return {};
    }),
    judge: os.judge.handler(({ input }) => ({ ...verdict(input.text), latencyMs: 2.4 })),
    bounds: os.bounds.handler(() => scopes),
    tryBounds: os.tryBounds.handler(({ input }) => replay(input.board, input.bounds, null)),
    tryCalibration: os.tryCalibration.handler(({ input }) => replay(input.board, null, true)),
    tryWithoutCalibration: os.tryWithoutCalibration.handler(({ input }) => replay(input.board, null, false)),
    apply: os.apply.handler(({ input, errors }) => {
      const known = tried.get(input.replay);
      const found = scopes.find((scope) => scope.board === (known?.board ?? null));
      if (!known || !found)
        throw errors.PROBLEM({
          data: {
            code: 'replay-unknown',
            message: 'This replay is no longer valid, because something changed since.',
            remedy: 'Replay the change again.',
          },
        });
      const next: ScopeBounds =
        known.calibrate === null
          ? { ...found, own: known.bounds !== null, bounds: known.bounds ?? shippedBounds }
          : { ...found, calibration: { ...found.calibration, since: known.calibrate ? now() : null } };
      scopes = scopes.map((scope) => (scope.board === known.board ? next : scope));
      return next;
    }),
    consent: os.consent.handler(() => ({ given: consent })),
    setConsent: os.setConsent.handler(({ input }) => {
      consent = input.given;
      return {};
    }),
    rules: os.rules.handler(() => rules),
    setRules: os.setRules.handler(({ input }) => {
      const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
      rules = { ...rules, ...given };
      return rules;
    }),
    lists: os.lists.handler(() => lists),
    importList: os.importList.handler(({ input }) => {
      const lines = input.text.split('\n').filter((line) => line.trim() !== '');
      const domains = lines.some((line) => line.includes('.'));
      lists = [
        ...lists,
        {
          id: `list-${lists.length}`,
          name: input.name,
          kind: domains ? 'domains' : 'words',
          entries: lines.length,
          decision: input.decision,
          addedAt: now(),
          on: true,
        },
      ];
      return { lists, skipped: 0 };
    }),
    setList: os.setList.handler(({ input }) => {
      lists = lists.map((list) =>
        list.id === input.id
          ? { ...list, on: input.on ?? list.on, decision: input.decision ?? list.decision }
          : list,
      );
      return {};
    }),
    removeList: os.removeList.handler(({ input }) => {
      lists = lists.filter((list) => list.id !== input.id);
      return {};
    }),
    dashboard: os.dashboard.handler(({ input }) => sampleDashboard(now(), input.hours)),
  };
}

function sampleDashboard(now: number, hours: number) {
  const random = seeded(11);
  return {
    hours: Array.from({ length: hours }, (_, n) => {
      const busy = 20 + Math.round(60 * (1 + Math.sin(n / 3.8)) + random() * 20);
      const quiet = n % 24 < 4;
      return {
        at: now - (hours - n) * HOUR_MS,
        publish: quiet ? 0 : busy,
        queue: quiet ? 0 : Math.round(busy * (0.04 + random() * 0.05)),
        quarantine: quiet ? 0 : Math.round(busy * (0.02 + random() * 0.06)),
        latencyP50: quiet ? null : 1 + random(),
        latencyP99: quiet ? null : 25 + random() * 40,
      };
    }),
    queue: {
      open: 76,
      oldestAt: now - 9 * HOUR_MS,
      ages: [8, 68, 0, 0] as [number, number, number, number],
    },
    precision: [
      { label: 'spam' as const, estimate: { value: 0.97, low: 0.93, high: 0.99, of: 141 } },
      { label: 'toxic' as const, estimate: { value: 0.81, low: 0.7, high: 0.89, of: 62 } },
      { label: 'threat' as const, estimate: { value: 0.67, low: 0.3, high: 0.92, of: 6 } },
      { label: 'nsfw' as const, estimate: null },
    ],
    falsePositiveRate: { value: 0.006, low: 0.003, high: 0.011, of: 2_140 },
    drift: [
      { label: 'spam' as const, index: 0.03 },
      { label: 'toxic' as const, index: 0.14 },
      { label: 'nsfw' as const, index: null },
    ],
  };
}
