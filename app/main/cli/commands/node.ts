import { shownProblem } from '../../../contract/foreign-text.ts';
import { InvalidArgumentError, type Command } from 'commander';
import { resolve } from 'node:path';
import type { Client, CommunityCard, CommunityStatus, NodeStatus, Problem } from '../../../contract/index.ts';
import { readHostInfo } from '../../host/host-info.ts';
import { entryUrlFrom } from '../../host/local-client.ts';
import { openInBrowser } from '../../host/open-console.ts';
import { serve } from '../../host/serve.ts';
import { dataLayout } from '../../node/data-directory.ts';
import { command, dataDirOf, findCommunity, withNode, type CommonOptions, type Context } from '../context.ts';
import { print } from '../io.ts';
import { bytes, duration, oneLine, openConsole, pairs } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { readGiven } from '../given-file.ts';
import { problem } from '../problems.ts';

/** `init`, `serve`, `open` and `status`: sets up, runs and shows a node. */
export const nodeCommands = (context: Context): Command[] => [
  init(context),
  serveCommand(context),
  open(context),
  status(context),
];

const models = ['byzantine', 'crash'] as const;

function init(context: Context): Command {
  interface Options extends CommonOptions {
    readonly name: string;
    readonly handle: string;
    readonly description?: string;
    readonly boards: boolean;
    readonly words?: string;
    readonly faultModel: string;
    readonly credit?: string;
    readonly supply?: number;
    readonly snapshotInterval?: number;
    readonly blockBytes?: number;
    readonly blockTransactions?: number;
    readonly fee?: number;
  }
  return command('init', 'found a community and become its sysop', [
    'init --name "Harbour" --handle mara',
    'init --name "Harbour" --handle mara --words recovery.txt',
    'init --name "Harbour" --handle mara --fault-model crash --credit shell --supply 5000',
  ])
    .requiredOption('--name <name>', 'name of the community')
    .requiredOption('--handle <handle>', 'your handle')
    .option('--description <text>', 'one sentence about its topic')
    .option('--no-boards', 'start without the first boards')
    .option('--words <file>', 'use the identity of the 24 recovery words in this file')
    .option(
      '--fault-model <model>',
      `the worst behaviour of validators that is tolerated, permanent: ${models.join(' or ')}`,
      'byzantine',
    )
    .option('--credit <name>', 'the name of the ledger’s credits')
    .option('--supply <number>', 'the total of credits, permanent; yours at first', wholeNumber)
    .option('--snapshot-interval <blocks>', 'keep a snapshot every this many blocks', wholeNumber)
    .option('--block-bytes <number>', 'the most bytes of transactions in a block', wholeNumber)
    .option('--block-transactions <number>', 'the most transactions in a block', wholeNumber)
    .option('--fee <number>', 'the credits that a transaction costs; nothing if left out', wholeNumber)
    .action((options: Options) =>
      withNode(
        context,
        options,
        async (client) => {
          if (options.words) {
            const words = (await readGiven(options.words)).toString('utf8').trim().split(/\s+/);
            await client.identity.restore({ words });
          }
          const { name, handle, description, boards } = options;
          const model = models.find((one) => one === options.faultModel);
          if (!model) throw problem('unknown-fault-model', { models: models.join(', ') });
          const { credit, supply, snapshotInterval, blockBytes, blockTransactions, fee } = options;
          const ledger = { credit, supply, snapshotInterval, blockBytes, blockTransactions, fee };
          const { id } = await client.communities.create({
            name,
            handle,
            description,
            boards,
            model,
            ledger,
          });
          const { me } = await client.node.status({});
          const next = [
            `You are the sysop of ${oneLine(name)}.`,
            `Next: ${openConsole}${me.phraseConfirmed ? '' : ', and write your 24 recovery words down'}.`,
          ];
          return { json: { id, did: me.did }, text: next.join('\n') };
        },
        { mayMake: true },
      ),
    );
}

function serveCommand(context: Context): Command {
  interface Options extends CommonOptions {
    readonly port?: number;
    readonly bind?: string;
    readonly tlsCert?: string;
    readonly tlsKey?: string;
    readonly hostname?: string[];
  }
  return command('serve', 'run the node and its console for a browser until Ctrl-C', [
    'serve',
    'serve --port 8080 --data /srv/bbs',
    'serve --bind 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --hostname bbs.example.org',
  ])
    .option('--port <number>', 'port of the console; 7340 or the next free one if left out', portNumber)
    .option('--bind <address>', 'address to listen on; only this machine if left out')
    .option('--tls-cert <file>', 'certificate in PEM, required to listen for other machines')
    .option('--tls-key <file>', 'its key in PEM')
    .option('--hostname <name...>', 'further names under which browsers reach this host')
    .action(async (options: Options) => {
      context.began(options);
      const { io, connector } = context;
      const dataDir = dataDirOf(options);
      if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
        throw problem('half-of-tls');
      }
      const tls =
        options.tlsCert && options.tlsKey
          ? { cert: resolve(options.tlsCert), key: resolve(options.tlsKey) }
          : null;
      const serving = await serve(await connector.startNode({ dataDir }), {
        dataDir,
        port: options.port ?? null,
        ...(options.bind === undefined ? {} : { bind: options.bind }),
        ...(tls === null ? {} : { tls }),
        names: options.hostname ?? [],
      });
      const { port, url } = serving.host;
      // A log that keeps what is printed must not hold a code.
      const text = io.outTerminal
        ? `The console is at\n\n  ${serving.host.entryUrl()}\n\n${WORKS_ONCE}\nCtrl-C stops the node.`
        : `The node serves its console at ${url}. “impulse open” opens it.`;
      print(io, { json: { url, port, pid: process.pid, dataDir }, text }, options.json === true);
      const stop = () => {
        if (!options.json) io.err('Stopping.\n');
        void serving.stop();
      };
      if (io.signal.aborted) stop();
      else io.signal.addEventListener('abort', stop, { once: true });
      await serving.ended;
    });
}

function status(context: Context): Command {
  return command('status', 'show the state of the node and the address of its console', [
    'status',
    'status --json',
  ]).action((options: CommonOptions) =>
    withNode(context, options, async (client) => {
      const state = await client.node.status({});
      const cards = await client.communities.list({});
      const named = options.community === undefined ? cards : [await findCommunity(client, options)];
      const communities = await Promise.all(named.map((card) => detailsOf(client, card)));
      const dataDir = dataDirOf(options);
      const console = (await readHostInfo(dataLayout(dataDir).hostInfo))?.url ?? null;
      return {
        json: { ...state, communities, console, dataDir },
        text: statusText(state, communities, console, dataDir),
      };
    }),
  );
}

const WORKS_ONCE =
  'This address works once, within five minutes. Anyone who opens it controls the node; “impulse open” makes another.';

/** A new address of the console; null if no host runs. */
async function addressOf(dataDir: string): Promise<string | null> {
  const info = await readHostInfo(dataLayout(dataDir).hostInfo);
  return info && (await entryUrlFrom(info.socket).catch(() => null));
}

function open(context: Context): Command {
  interface Options extends CommonOptions {
    readonly print?: boolean;
  }
  return command('open', 'open the console of the running node in the browser', ['open', 'open --print'])
    .option('--print', 'only print the address, to open it elsewhere')
    .action(async (options: Options) => {
      context.began(options);
      const dataDir = dataDirOf(options);
      const url = await addressOf(dataDir);
      if (url === null) throw problem('not-serving', { path: dataDir });
      const opened = options.print !== true && (await openInBrowser(dataLayout(dataDir).entryPage, url));
      const text = opened
        ? `The console opens in the browser. If it does not, open\n\n  ${url}\n\n${WORKS_ONCE}`
        : `The console is at\n\n  ${url}\n\n${WORKS_ONCE}`;
      print(context.io, { json: { url, opened }, text }, options.json === true);
    });
}

interface Details {
  readonly card: CommunityCard;
  /** Null unless the community is open: to look at a node opens none. */
  readonly status: CommunityStatus | null;
}

const detailsOf = async (client: Client, card: CommunityCard): Promise<Details> => ({
  card,
  status: card.state === 'open' ? await client.in(card.id).community.status({}) : null,
});

function statusText(
  state: NodeStatus,
  communities: readonly Details[],
  console: string | null,
  dataDir: string,
): string {
  const { health } = state;
  const node = pairs([
    ['Node', `${oneLine(state.name)} (${state.phase}), version ${state.version}`],
    ...(communities.length === 0
      ? [['Community', 'none yet: impulse init, or impulse join'] as [string, string]]
      : []),
    ['Peers', `${state.peers} connected`],
    ['Memory', bytes(health.memoryBytes)],
    ['Disk', `${bytes(health.diskUsedBytes)} used, ${bytes(health.diskFreeBytes)} free`],
    ['Data', dataDir],
    ['Console', console ?? 'not running: impulse serve'],
  ]);
  return [node + noticesText(state.notices), ...communities.map(communityText)].join('\n\n');
}

function communityText({ card, status }: Details): string {
  if (!status) {
    const problem = card.problem === null ? '' : noticesText([card.problem]);
    return pairs([['Community', `${oneLine(card.name)} (${card.state})`]]) + problem;
  }
  const { counts, sync, me } = status;
  const catchUp = sync
    ? `${sync.stage}, ${sync.done}${sync.total === null ? '' : ` of ${sync.total}`}`
    : 'up to date';
  const left = sync?.etaSeconds ? `, ${duration(sync.etaSeconds)} left` : '';
  return (
    pairs([
      ['Community', `${oneLine(card.name)} (${status.phase})`],
      ['You', `${oneLine(me.handle)}${me.role ? `, ${me.role}` : ''}`],
      ['Peers', `${status.peers} connected, reachability ${status.reachability.verdict}`],
      ['Catch-up', `${catchUp}${left}`],
      ['Posts', `${counts.posts}, ${counts.unread} unread, ${counts.postsToday} today`],
      ['Members', `${counts.members}, ${counts.online} online`],
    ]) + noticesText(status.notices)
  );
}

const noticesText = (notices: readonly Problem[]): string =>
  notices
    .map(shownProblem)
    .map(({ message, remedy }) => `\n! ${message}${remedy === null ? '' : ` ${remedy}`}`)
    .join('');

/** Reads a port from an option. */
export function portNumber(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError(problem.fields('bad-port').message);
  return port;
}
