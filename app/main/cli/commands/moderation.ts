import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { systemClock } from '../../kernel/clock.ts';
import {
  DEFAULT_THRESHOLDS,
  Engine,
  findListed,
  importList,
  SECOND_PARTS,
  Normaliser,
  type Finding,
  type ImageClassifiers,
  type Classifiers,
  type ModelStatus,
} from '../../moderation/index.ts';
import { ClassifierPool } from '../../node/classifier-pool.ts';
import { modelsFolder } from '../../node/models-folder.ts';
import { command, type CommonOptions, type Context } from '../context.ts';
import { exitCode, CheckFailed } from '../exit.ts';
import { print, type Io } from '../io.ts';
import { evaluate, evaluationText } from '../moderate/evaluation.ts';
import { moderateLines, type Record } from '../moderate/lines.ts';
import { bytes, pairs, table } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { readGiven } from '../given-file.ts';
import { problem } from '../problems.ts';

interface ModelOptions extends CommonOptions {
  readonly models?: string;
}

/** `moderate` and `models`: runs the models, without a community and without a network. */
export const moderationCommands = (context: Context): Command[] => [moderate(context), models(context)];

const DEADLINE_MS = 10_000;
/** How much of a text is checked against a list. */
const MAX_LISTED = 64_000;

function moderate({ io, began }: Context): Command {
  return withModels(
    command('moderate', 'judge texts on this machine: spam, toxicity, NSFW; needs no community', [
      'moderate --jsonl < messages.jsonl',
      'moderate < message.txt',
    ]),
  )
    .option(
      '--jsonl',
      'read objects with id and text or image (a path), one per line; print one object per line, in order',
    )
    .option('--list <file>', 'words and domains, one per line; messages with them wait for a person')
    .option('--deadline <ms>', 'a judgement that takes longer queues the message', wholeNumber, DEADLINE_MS)
    .action(async (options: ModelOptions & { jsonl?: boolean; list?: string; deadline: number }) => {
      began(options);
      const listed = await rulesOf(io, options.list);
      await withClassifiers(options, async (classifiers) => {
        await warnOf(io, classifiers);
        const engine = new Engine({ classifiers, clock: systemClock, deadlineMs: options.deadline });
        const judging = { engine, images: classifiers, clock: systemClock };
        if (options.jsonl === true) return moderateLines(io, judging, listed);
        const text = await io.input();
        if (text === null) throw problem('no-text-on-input');
        const { verdict, judgement, latencyMs } = await engine.submit({
          text,
          thresholds: DEFAULT_THRESHOLDS,
          findings: listed(text),
        });
        const answer = recordText(verdict.decision, verdict.reasons, latencyMs, judgement);
        print(io, { json: { verdict, judgement, latencyMs }, text: answer }, options.json === true);
      });
    });
}

/** The findings of a list of words and domains for a text; none if there is no list. */
async function rulesOf(io: Io, path: string | undefined): Promise<(text: string) => readonly Finding[]> {
  if (path === undefined) return () => [];
  const { words, domains, refused } = importList((await readGiven(path)).toString('utf8'));
  if (refused.length > 0) {
    io.err(`${path}: neither a word nor a domain in line ${refused.slice(0, 10).join(', ')}\n`);
  }
  const normaliser = new Normaliser();
  const list = { words: new Set(words), domains: new Set(domains), decision: 'queue' } as const;
  return (text) => findListed(list, text, normaliser.message(text.slice(0, MAX_LISTED)));
}

function recordText(
  decision: Record['decision'],
  reasons: readonly { readonly detail: string }[],
  latencyMs: number,
  judgement: {
    readonly scores: { readonly [head: string]: number };
    readonly language: string | null;
  } | null,
): string {
  return pairs([
    ['Decision', decision],
    ['Reasons', reasons.map(({ detail }) => detail).join('; ') || 'none'],
    ...Object.entries(judgement?.scores ?? {}).map(([head, score]) => [head, score.toFixed(3)] as const),
    ['Language', judgement?.language ?? 'unknown'],
    ['Time', `${Math.round(latencyMs)} ms`],
  ]);
}

function models(context: Context): Command {
  const { io, began } = context;
  const group = command('models', 'the models: list, verify and measure them', [
    'models list',
    'models verify',
    'models eval labelled.jsonl.gz',
  ]);
  group.addCommand(
    withModels(command('list', 'show the models and their state', ['models list'])).action(
      async (_options: ModelOptions, self: Command) => {
        const options = self.optsWithGlobals<ModelOptions>();
        began(options);
        const statuses = await withClassifiers(options, (classifiers) => classifiers.status());
        print(io, { json: statuses, text: statusText(statuses) }, options.json === true);
      },
    ),
  );
  group.addCommand(
    withModels(
      command('verify', 'check every model against its hash and load it; exits with 4 if one is unusable', [
        'models verify',
      ]),
    ).action(async (_options: ModelOptions, self: Command) => {
      const options = self.optsWithGlobals<ModelOptions>();
      began(options);
      const statuses = await withClassifiers(options, (classifiers) => classifiers.status());
      const sound = statuses.every(({ state }) => state === 'ok');
      const faults = statuses.flatMap(({ fault }) => (fault === null ? [] : [`! ${fault}`]));
      const text = sound ? 'All models are valid.' : faults.join('\n');
      print(io, { json: { sound, models: statuses }, text }, options.json === true);
      if (!sound) throw new CheckFailed(exitCode.verificationFailed);
    }),
  );
  group.addCommand(
    withModels(
      command('eval', 'measure the models on files of labelled texts (JSON Lines, may be gzipped)', [
        'models eval spam.jsonl.gz --head spam',
      ]),
    )
      .argument('<files...>', 'objects with text and label, one per line')
      .option('--head <head>', 'spam, toxic or nsfw; detected from the labels if left out')
      .action(async (files: string[], _options: ModelOptions, self: Command) => {
        const options = self.optsWithGlobals<ModelOptions & { head?: string }>();
        began(options);
        const measured = await withClassifiers(options, (classifiers) =>
          evaluate(
            new Engine({ classifiers, clock: systemClock, deadlineMs: DEADLINE_MS }),
            files.map((file) => resolve(file)),
            options.head,
          ),
        );
        print(io, { json: measured, text: evaluationText(measured) }, options.json === true);
      }),
  );
  return group;
}

const withModels = (made: Command): Command =>
  made.option('--models <dir>', 'the folder of the models; those of this release if left out');

async function withClassifiers<T>(
  options: ModelOptions,
  work: (classifiers: Classifiers & ImageClassifiers) => Promise<T>,
): Promise<T> {
  const folder = options.models === undefined ? modelsFolder() : resolve(options.models);
  const workers = Math.max(1, Math.min(4, availableParallelism()));
  const classifiers = new ClassifierPool({ clock: systemClock, folder, workers });
  try {
    return await work(classifiers);
  } finally {
    await classifiers.close();
  }
}

/** A missing or broken model is reported on standard error before anything is judged. */
async function warnOf(io: Io, classifiers: Classifiers): Promise<void> {
  for (const { fault, part } of await classifiers.status()) {
    if (fault === null) continue;
    const second = SECOND_PARTS.some((one) => one === part);
    const then = part === 'image' ? NO_IMAGE : second ? NO_SECOND : NO_FIRST;
    io.err(`${fault} ${then}\n`);
  }
}

const NO_FIRST = 'Without it, word lists judge.';
const NO_IMAGE = 'Without it, every image waits for a person.';
const NO_SECOND = 'Without it, the first stage judges alone.';

function statusText(statuses: readonly ModelStatus[]): string {
  return table(
    ['Model', 'State', 'Size', 'Licence', 'Description'],
    statuses.map(({ file, state, sizeBytes, licence, title, fault }) => [
      file,
      state,
      bytes(sizeBytes),
      licence,
      fault ?? title,
    ]),
  );
}
