import { InvalidArgumentError, type Command } from 'commander';
import { basename } from 'node:path';
import type {
  CommunityClient,
  ModerationRules,
  ModerationStatus,
  Replay,
  ScopeBounds,
} from '../../../contract/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { duration, oneLine, pairs, table } from '../text.ts';
import { findBoard } from './boards.ts';
import { readGiven } from '../given-file.ts';
import { problem } from '../problems.ts';

type Bounds = ScopeBounds['bounds'];

/** `moderation`: the rules and bounds of a node's moderation gate. */
export function gateCommands(context: Context): Command[] {
  const group = command('moderation', 'the bounds, rules and lists by which this node holds messages back', [
    'moderation status',
    'moderation bounds --board harbour --set spam=0.6,0.95',
    'moderation rules --set links=4',
    'moderation lists --add domains.txt',
    'moderation off',
  ]);
  for (const one of [status, bounds, rules, lists]) group.addCommand(one(context));
  for (const on of [true, false]) group.addCommand(models(context, on));
  return [group];
}

function status(context: Context): Command {
  return command('status', 'show which models judge, how fast, and how many messages wait', [
    'moderation status',
  ]).action((_options: CommonOptions, self: Command) =>
    withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
      const now = await client.moderation.status({});
      return { json: now, text: statusText(now) };
    }),
  );
}

const MODES = {
  models: 'both stages',
  'first-stage': 'the first stage only',
  rules: 'word lists and rules: no model can be used',
  off: 'rules only: the models are turned off',
} as const satisfies Record<ModerationStatus['mode'], string>;

function statusText({ mode, models: all, backlog, perSecond, latency }: ModerationStatus): string {
  const left = backlog.etaSeconds === null ? '' : `, about ${duration(backlog.etaSeconds)}`;
  const figures = pairs([
    ['Judged by', MODES[mode]],
    ['Waiting', `${backlog.waiting}${left}`],
    ['Per second', Math.round(perSecond)],
    ['Latency', latency ? `${Math.round(latency.p50Ms)} ms, p99 ${Math.round(latency.p99Ms)} ms` : '-'],
  ]);
  const rows = all.map((model) => [model.name, model.state, model.fault ?? model.task]);
  return [figures, table(['Model', 'State', ''], rows)].filter((part) => part !== '').join('\n\n');
}

function bounds(context: Context): Command {
  interface Options extends CommonOptions {
    readonly board?: string;
    readonly set?: Bounds;
    readonly reset?: boolean;
    readonly yes?: boolean;
  }
  return command('bounds', 'show or change the probabilities from which on a message waits or is hidden', [
    'moderation bounds',
    'moderation bounds --set spam=0.6,0.95 --set toxic=0.7,0.97',
    'moderation bounds --board harbour --reset --yes',
  ])
    .option('--board <board>', 'the bounds of one board')
    .option('--set <label=queue,quarantine>', 'new bounds for a label', boundOf)
    .option('--reset', 'remove the bounds of this board; without a board, restore the shipped ones')
    .option('--yes', 'apply the change; without it, only its effect is shown')
    .action((_options: Options, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      return withCommunity(context, options, async (client) => {
        const board = options.board === undefined ? null : (await findBoard(client, options.board)).id;
        if (options.set === undefined && options.reset !== true) {
          const all = await client.moderation.bounds({});
          return { json: all, text: all.map(boundsText).join('\n\n') };
        }
        const now = (await client.moderation.bounds({})).find((one) => one.board === board);
        const next = options.reset === true ? null : { ...now?.bounds, ...options.set };
        const replay = await client.moderation.tryBounds({ board, bounds: next });
        const said = replayText(replay);
        if (options.yes !== true) {
          return { json: replay, text: `${said}\n\nNothing was changed. Add --yes to apply it.` };
        }
        const applied = await client.moderation.apply({ replay: replay.id });
        return { json: { replay, applied }, text: `${said}\n\n${boundsText(applied)}` };
      });
    });
}

function boundOf(value: string, before: Bounds = {}): Bounds {
  const match = /^(spam|toxic|severe|threat|identity|nsfw)=([01]|0?\.\d+),([01]|0?\.\d+)$/.exec(value);
  if (!match) throw new InvalidArgumentError(problem.fields('bad-bound').message);
  return { ...before, [match[1]!]: { queue: Number(match[2]), quarantine: Number(match[3]) } };
}

function boundsText({ boardName, board, bounds: all, own, calibration }: ScopeBounds): string {
  const whose =
    board === null ? 'The community' : `${oneLine(boardName ?? board)}${own ? '' : ' (as the community)'}`;
  const rows = Object.entries(all).map(([label, bound]) => [label, bound.queue, bound.quarantine]);
  const learnt =
    calibration.since === null
      ? `Not calibrated: ${calibration.samples} of ${calibration.needed} decisions.`
      : `Calibrated by ${calibration.samples} decisions.`;
  return `${whose}\n${table(['Label', 'Queue', 'Quarantine'], rows)}\n${learnt}`;
}

function replayText({ judged, reviewed, days, changed, falsePositives }: Replay): string {
  const day = ({ expected, low, high }: Replay['falsePositives']['now']) =>
    `${expected.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
  const moves = changed.map(({ from, to, count }) => `${from} to ${to}: ${count}`).join('\n');
  return [
    `Over ${judged} messages of ${Math.ceil(days)} days, ${reviewed} of them reviewed by people:`,
    moves === '' ? 'nothing would have changed.' : moves,
    `Innocent messages held back per day: ${day(falsePositives.now)} now, ${day(falsePositives.after)} after.`,
  ].join('\n');
}

function rules(context: Context): Command {
  interface Options extends CommonOptions {
    readonly set?: Partial<ModerationRules>;
  }
  return command('rules', 'show or change how much may be written before a person reviews it', [
    'moderation rules',
    'moderation rules --set links=4 --set trustedRole=member',
    'moderation rules --set importRole=member',
  ])
    .option('--set <rule=value>', 'a new value for a rule', ruleOf)
    .action((_options: Options, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      return withCommunity(context, options, async ({ moderation }) => {
        const now = options.set ? await moderation.setRules(options.set) : await moderation.rules({});
        return { json: now, text: pairs(Object.entries(now)) };
      });
    });
}

function ruleOf(value: string, before: Partial<ModerationRules> = {}): Partial<ModerationRules> {
  const [, rule, given] = /^(\w+)=([\w-]+)$/.exec(value) ?? [];
  if (rule === undefined || given === undefined)
    throw new InvalidArgumentError(problem.fields('bad-rule').message);
  return { ...before, [rule]: /^\d+$/.test(given) ? Number(given) : given };
}

function lists(context: Context): Command {
  interface Options extends CommonOptions {
    readonly add?: string;
    readonly remove?: string;
    readonly decision: string;
  }
  return command('lists', 'show the lists of words and domains, add one or remove one', [
    'moderation lists',
    'moderation lists --add domains.txt --decision quarantine',
    'moderation lists --remove 4be1-domains',
  ])
    .option('--add <file>', 'words or domains, one per line; hosts files and ad block lists too')
    .option('--decision <decision>', 'queue or quarantine', 'queue')
    .option('--remove <id>', 'the list to remove')
    .action((_options: Options, self: Command) => {
      const options = self.optsWithGlobals<Options>();
      return withCommunity(context, options, async (client) => {
        const { decision } = options;
        if (decision !== 'queue' && decision !== 'quarantine') throw problem('unknown-list-decision');
        if (options.remove !== undefined) await client.moderation.removeList({ id: options.remove });
        const skipped = options.add === undefined ? 0 : await take(client, options.add, decision);
        const all = await client.moderation.lists({});
        const rows = all.map((one) => [
          one.id,
          one.name,
          one.kind,
          one.entries,
          one.decision,
          one.on ? 'on' : 'off',
        ]);
        const shown = table(['Id', 'Name', 'Kind', 'Entries', 'Decision', ''], rows) || 'There is no list.';
        const said = skipped === 0 ? '' : `\n${skipped} lines were neither a word nor a domain.`;
        return { json: all, text: `${shown}${said}` };
      });
    });
}

async function take(
  client: CommunityClient,
  path: string,
  decision: 'queue' | 'quarantine',
): Promise<number> {
  const text = (await readGiven(path)).toString('utf8');
  const { skipped } = await client.moderation.importList({
    name: basename(path).slice(0, 60),
    text,
    decision,
  });
  return skipped;
}

function models(context: Context, on: boolean): Command {
  const name = on ? 'on' : 'off';
  const what = on
    ? 'turn the models on'
    : 'turn the models off: rules and people still decide, and what no rule holds back is published';
  return command(name, what, [`moderation ${name}`]).action((_options: CommonOptions, self: Command) =>
    withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
      await client.moderation.setModels({ on });
      return { json: { on }, text: on ? 'The models are on.' : 'The models are off.' };
    }),
  );
}
