import type * as contract from '../../contract/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { throttled, type Clock, type Random } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { silentLogger, type Logger } from '../kernel/logger.ts';
import { Assessor } from './assessor.ts';
import { dashboardOf } from './dashboard.ts';
import type { Thresholds } from './decision.ts';
import { Figures } from './figures.ts';
import { Gate } from './gate.ts';
import { Holds } from './holds.ts';
import { Judges } from './judges.ts';
import { ModelsWatch, type ModelsWatchInit } from './models-watch.ts';
import type { Author, ImageClassifiers, ItemSource, Classifiers, OtherNodes, Rulings } from './ports.ts';
import { Replays } from './replay.ts';
import { Rulebook } from './rulebook.ts';
import { Scopes } from './scopes.ts';
import { SharedJudgements } from './shared-judgements.ts';
import { FallbackClassifiers } from './fallback-classifiers.ts';

const MODELS = 'moderation.models';
const CONSENT = 'moderation.consent';
/** How often listeners get the status, in milliseconds. */
const TELL_MS = 500;
/** Reading the files of the models takes a tenth of a second: a start does not wait for it. */
const LOOK_AFTER_MS = 3000;
/** The period over which the speed is measured, in milliseconds. */
const SPEED_MS = 10_000;

export interface ModerationInit {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly classifiers: Classifiers & ImageClassifiers;
  readonly sources: readonly ItemSource[];
  readonly rulings: Rulings;
  readonly notices: ModelsWatchInit['notices'];
  readonly logger?: Logger;
  /** Reads an attached file; null when its bytes are not on this node. */
  readonly readFile: (digest: Uint8Array) => Promise<Uint8Array | null>;
  /** This node's person. */
  readonly me: () => Uint8Array;
  /** The author of a message at the time of its ticks. */
  about(author: Uint8Array, time: number): Author;
  /** Scopes that may have bounds of their own: the boards. */
  readonly scopes: () => readonly { readonly id: string; readonly name: string }[];
}

type Inputs = contract.Inputs['moderation'];
type Outputs = contract.Outputs['moderation'];
export type Moderation = ReturnType<typeof createModeration>;

/** Moderation for the console: the gate, and everything that a sysop sets about it. */
export function createModeration(init: ModerationInit) {
  const { db, clock } = init;
  const logger = init.logger ?? silentLogger;
  const flag = (key: string, otherwise: boolean): boolean =>
    (db.prepare<{ value: number }>('SELECT value FROM meta WHERE key = ?').get(key)?.value ??
      (otherwise ? 1 : 0)) === 1;
  const setFlag = (key: string, on: boolean) =>
    db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, on ? 1 : 0);
  let modelsOn = flag(MODELS, true);
  const listeners = new Set<(status: contract.ModerationStatus) => void>();
  let stops: (() => void)[] = [];
  const judgedAt: { at: number; total: number }[] = [];

  const onDown = (down: boolean) => {
    if (down) logger.warn('judges-down');
    models.say();
  };
  const classifiers = new FallbackClassifiers(init.classifiers, clock, onDown, () => void models.look());
  const holds = new Holds({ db, sources: init.sources, rulings: init.rulings, now: () => clock.now() });
  const rulebook = new Rulebook(db);
  const scopes = new Scopes(db);
  const figures = new Figures(db, clock);
  const assessor = new Assessor({
    rulebook,
    scopes,
    classifiers,
    images: init.classifiers,
    readFile: init.readFile,
    clock,
    about: init.about,
    heldOf: (author) => holds.heldOf(author),
    modelsOn: () => modelsOn,
    me: init.me,
  });
  const judges = new Judges(db, clock);
  const distrustListeners = new Set<(person: Uint8Array) => void>();
  const shared = new SharedJudgements({
    judges,
    clock,
    random: init.random,
    identity: () => init.classifiers.identity(),
    modelsOn: () => modelsOn,
    distrusted(person) {
      logger.warn('judge-distrusted', { person: toHex(person) });
      clock.after(0, () => {
        gate.judgeAgain(person);
        for (const listener of distrustListeners) listener(person);
      });
    },
  });
  const gate = new Gate({ ...init, logger, holds, assessor, figures, judges, shared });
  const replays = new Replays({ db, holds, scopes, now: () => clock.now() });
  const models = new ModelsWatch({
    classifiers: init.classifiers,
    notices: init.notices,
    on: () => modelsOn,
    down: () => classifiers.down,
    changed: () => tellSoon(),
  });

  /** Messages judged per second, over the last seconds. */
  const perSecond = (): number => {
    const { publish, queue, quarantine } = figures.totals;
    const now = { at: clock.now(), total: publish + queue + quarantine };
    judgedAt.push(now);
    while (judgedAt.length > 2 && judgedAt[0]!.at < now.at - SPEED_MS) judgedAt.shift();
    const first = judgedAt[0]!;
    return now.at > first.at ? ((now.total - first.total) * 1000) / (now.at - first.at) : 0;
  };

  const status = (): contract.ModerationStatus => {
    const waiting = holds.countWaiting();
    const speed = perSecond();
    return {
      mode: models.mode,
      models: models.models(),
      backlog: {
        waiting,
        done: gate.done,
        total: gate.done + waiting,
        perSecond: speed,
        etaSeconds: waiting > 0 && speed > 0 ? waiting / speed : null,
      },
      perSecond: speed,
      latency: figures.latency(),
    };
  };

  const tellLater = throttled(clock, TELL_MS, () => {
    const now = status();
    for (const listener of listeners) listener(now);
  });
  function tellSoon(): void {
    if (listeners.size > 0) tellLater();
  }

  const boardOf = (board: string | null): Uint8Array | null => (board === null ? null : digestOf(board));
  const scopeOf = (board: Uint8Array | null): contract.ScopeBounds => {
    const scope = scopes.of(board);
    const id = board && cidOf(board);
    return {
      board: id,
      boardName: init.scopes().find((one) => one.id === id)?.name ?? null,
      bounds: { ...scope.bounds } as contract.ScopeBounds['bounds'],
      own: scope.own,
      calibration: { ...replays.samples(board), since: scope.calibratedAt },
    };
  };

  return {
    gate,
    holds,
    figures,
    judges,

    /** [J28] Takes over judgements of these nodes from now on. */
    askOthers: (others: OtherNodes): Promise<void> => shared.connect(others),
    /** [J30] This node's own judgement of the item of an event; null if others may not have it. */
    ownJudgement: (event: Uint8Array) => holds.judgements.ownOf(event),
    /** [J29] Calls back with a person who disagreed too often; returns how to stop. */
    onDistrusted(listener: (person: Uint8Array) => void): () => void {
      distrustListeners.add(listener);
      return () => distrustListeners.delete(listener);
    },

    /** Judges waiting items from now on; see `stop`. */
    start(): void {
      if (stops.length > 0) return;
      stops = [gate.start(), holds.onChange(tellSoon)];
    },

    /** Immediate: nothing is judged or settled any more. */
    halt(): void {
      for (const stop of stops.splice(0)) stop();
      figures.write();
    },

    /** Figures for programs. */
    metrics: () => ({
      decisions: figures.totals,
      imported: figures.imported,
      waiting: holds.countWaiting(),
      open: holds.countOpen(),
      p99Ms: figures.latency()?.p99Ms ?? null,
      models: models.mode === 'models' || models.mode === 'first-stage' ? 1 : 0,
    }),

    /** Asks the classifiers what they could load, and puts up a notice if something is wrong. */
    look: () => models.look(),

    /** The same, once a starting node is idle. */
    lookSoon(): void {
      stops.push(clock.after(LOOK_AFTER_MS, () => void models.look('files')));
    },

    status,
    watchStatus(listener: (status: contract.ModerationStatus) => void): () => void {
      listeners.add(listener);
      listener(status());
      return () => listeners.delete(listener);
    },

    setModels({ on }: Inputs['setModels']): void {
      setFlag(MODELS, on);
      modelsOn = on;
      models.say();
    },

    judge: ({ text, board = null }: Inputs['judge']): Promise<Outputs['judge']> =>
      assessor.text(text, boardOf(board)),

    bounds: (): Outputs['bounds'] => [scopeOf(null), ...init.scopes().map(({ id }) => scopeOf(digestOf(id)))],
    tryBounds: ({ board = null, bounds }: Inputs['tryBounds']): Promise<contract.Replay> =>
      replays.ofBounds(boardOf(board), bounds as Thresholds | null),
    /** Throws a Problem `no-consent` or `too-few-decisions`. */
    tryCalibration: ({ board = null }: Inputs['tryCalibration']): Promise<contract.Replay> =>
      replays.ofCalibration(boardOf(board), flag(CONSENT, false)),
    tryWithoutCalibration: ({ board = null }: Inputs['tryWithoutCalibration']): Promise<contract.Replay> =>
      replays.ofShipped(boardOf(board)),
    /** Throws a Problem `replay-unknown`. */
    apply: ({ replay }: Inputs['apply']): contract.ScopeBounds => scopeOf(replays.apply(replay)),

    consent: (): Outputs['consent'] => ({ given: flag(CONSENT, false) }),
    setConsent({ given }: Inputs['setConsent']): void {
      setFlag(CONSENT, given);
      if (!given) scopes.forget();
    },

    rules: () => rulebook.rules,
    setRules: (changes: Inputs['setRules']) =>
      rulebook.setRules(changes as Partial<contract.ModerationRules>),

    lists: () => rulebook.lists(),
    importList({ name, text, decision = 'queue' }: Inputs['importList']): Outputs['importList'] {
      const id = toHex(init.random.bytes(8));
      const skipped = rulebook.importList({ name, text, decision }, { id, nowMs: clock.now() });
      return { lists: rulebook.lists(), skipped };
    },
    setList: (change: Inputs['setList']) => rulebook.setList(change),
    removeList: ({ id }: Inputs['removeList']) => rulebook.removeList(id),

    dashboard: ({ hours = 48 }: Inputs['dashboard']): contract.ModerationDashboard =>
      dashboardOf({ db, figures, holds }, hours, clock.now()),
  };
}
