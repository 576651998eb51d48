import type { Command } from 'commander';
import type { LedgerBlock, LedgerStatus } from '../../../contract/index.ts';
import { fromBase64Url } from '../../kernel/bytes.ts';
import { readGenesis } from '../../node/ledger-tools.ts';
import { readGiven, writeGiven } from '../given-file.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { print, type Answer } from '../io.ts';
import { pairs, table, when } from '../text.ts';
import { evidenceCommands } from './evidence.ts';
import { wholeNumber } from './numbers.ts';
import { protocolCommand, protocolRows } from './protocol.ts';
import { blockNamed, transactionCommands, transactionTable } from './transactions.ts';
import { validator } from './validators.ts';

/** `ledger`, `genesis`, `block`, `tx`, `proof`, `verify-proof`, `validator` and `snapshot`. */
export const ledgerCommands = (context: Context): Command[] => [
  ledger(context),
  genesis(context),
  block(context),
  ...transactionCommands(context),
  validator(context),
  snapshot(context),
];

function ledger(context: Context): Command {
  const group = command('ledger', 'the state of the ledger', ['ledger status', 'ledger recover']);
  // Options after the subcommand belong to the subcommand.
  group.enablePositionalOptions();
  group.addCommand(
    command('status', 'height, validators and whether it runs', ['ledger status']).action(
      (options: CommonOptions) =>
        withCommunity(context, options, async (client) => statusAnswer(await client.ledger.status({}))),
    ),
  );
  group.addCommand(
    command('recover', 'after a halt: execute all blocks again, and continue if every state root matches', [
      'ledger recover',
    ]).action((options: CommonOptions) =>
      withCommunity(context, options, async (client) => statusAnswer(await client.ledger.recover({}))),
    ),
  );
  group.addCommand(
    command('inclusion', 'prove that a transaction is in the history tree (RFC 9162)', [
      'ledger inclusion bafy…',
    ])
      .argument('<id>', 'id of the transaction')
      .action((id: string, options: CommonOptions) =>
        withCommunity(context, options, async (client) => {
          const found = await client.ledger.inclusion({ id });
          const text = pairs([
            ['Number', `${found.index} of ${found.count}, counted from 0`],
            ['Root', `${found.root}, in the state after block ${found.height}`],
            ['Path', found.path.join('\n')],
          ]);
          return { json: found, text };
        }),
      ),
  );
  group.addCommand(
    command('consistency', 'prove that the history after one block is a prefix of that after another', [
      'ledger consistency 1000',
      'ledger consistency 1000 2000',
    ])
      .argument('<from>', 'the earlier block, by height or hash')
      .argument('[to]', 'the later block; the newest if left out')
      .action((from: string, to: string | undefined, options: CommonOptions) =>
        withCommunity(context, options, async (client) => {
          const found = await client.ledger.consistency({
            from: blockNamed(from),
            ...(to === undefined ? {} : { to: blockNamed(to) }),
          });
          const head = ({ count, root, height }: typeof found.from) =>
            `${count} transactions up to block ${height}, ${root}`;
          const text = pairs([
            ['From', head(found.from)],
            ['To', head(found.to)],
            ['Path', found.path.join('\n')],
          ]);
          return { json: found, text };
        }),
      ),
  );
  for (const one of evidenceCommands(context)) group.addCommand(one);
  group.addCommand(protocolCommand(context));
  return group;
}

function statusAnswer(status: LedgerStatus): Answer {
  const { model, quorum, validators, spare, credits, credit, fee } = status;
  const text = pairs([
    ['Ledger', stateText(status)],
    ['Height', status.height],
    ['Head', status.head],
    ['Block time', when(status.time)],
    ['State root', status.stateRoot],
    ['Transactions', `${status.transactions} final, ${status.waiting} waiting`],
    ['Validators', `${validators}, ${quorum} must sign (${model}), ${spare} may fail, epoch ${status.epoch}`],
    ['This node', signerText(status)],
    ['You hold', credits === null ? 'no account' : `${credits} ${credit}`],
    ['A transaction costs', fee === 0 ? 'nothing' : `${fee} ${credit}`],
    ['History', historyText(status)],
    ['Snapshots', status.snapshots.join(', ') || '-'],
    ...protocolRows(status),
  ]);
  return { json: status, text };
}

function signerText({ validating, protocol: { version, known } }: LedgerStatus): string {
  if (!validating) return 'does not sign blocks';
  return version > known ? 'is a validator, and signs nothing before its update' : 'signs blocks';
}

function stateText({ halted, height, protocol: { version, known } }: LedgerStatus): string {
  if (halted) return `halted at block ${halted.height}: ${halted.code}`;
  return version > known ? `stopped after block ${height}: this node needs an update` : 'runs';
}

function historyText({ joining, historyFrom }: LedgerStatus): string {
  if (joining) return `begins with block ${joining.height}: ${joining.parts} of ${joining.of} parts are here`;
  return historyFrom <= 1 ? 'complete' : `from block ${historyFrom}, earlier ones are being fetched`;
}

function genesis(context: Context): Command {
  return command('genesis', 'show the genesis document, or write it to a file', [
    'genesis',
    'genesis --out harbour.genesis',
    'genesis --file harbour.genesis',
  ])
    .option('--out <file>', 'write the document, for verify-proof and for others')
    .option('--file <file>', 'show this file instead of the document of the node')
    .action(async (options: CommonOptions & { out?: string; file?: string }) => {
      const answer = async (bytes: Uint8Array): Promise<Answer> => {
        const read = readGenesis(bytes);
        if (options.out !== undefined) await writeGiven(options.out, bytes);
        const where = options.out === undefined ? '' : `\nwritten to ${options.out}`;
        return { json: read, text: `${read.id}\n${JSON.stringify(read.document, null, 2)}${where}` };
      };
      if (options.file === undefined) {
        return withCommunity(context, options, async (client) =>
          answer(fromBase64Url((await client.ledger.genesis({})).genesis)),
        );
      }
      context.began(options);
      print(context.io, await answer(await readGiven(options.file)), options.json === true);
    });
}

function block(context: Context): Command {
  return command('block', 'show a block, or the newest ones', ['block', 'block 1204', 'block bafy…'])
    .argument('[block]', 'height or hash')
    .option('--limit <number>', 'how many of the newest', wholeNumber, 20)
    .action((which: string | undefined, options: CommonOptions & { limit: number }) =>
      withCommunity(context, options, async (client) => {
        if (which === undefined) {
          const page = await client.ledger.blocks({ limit: options.limit });
          return { json: page, text: blockTable(page.items) || 'There is no block yet.' };
        }
        const found = await client.ledger.block({ block: blockNamed(which) });
        const { transactions } = found;
        const text = `${blockText(found.block)}\n\n${transactionTable(transactions) || 'No transactions.'}`;
        return { json: found, text };
      }),
    );
}

const blockTable = (blocks: readonly LedgerBlock[]) =>
  table(
    ['Height', 'Time', 'Transactions', 'Hash'],
    blocks.map((one) => [one.height, when(one.time), one.transactions, one.hash]),
  );

const blockText = (one: LedgerBlock) =>
  pairs([
    ['Height', one.height],
    ['Hash', one.hash],
    ['Parent', one.parent],
    ['Time', when(one.time)],
    ['Epoch, slot', `${one.epoch}, ${one.slot}`],
    ['Proposed by', one.proposer ?? 'a validator of an earlier epoch'],
    ['Transaction root', one.transactionRoot],
    ['State root', one.stateRoot],
  ]);

function snapshot(context: Context): Command {
  return command('snapshot', 'show a snapshot of the state, or write its head to a file', [
    'snapshot',
    'snapshot --height 3000 --out harbour-3000.snapshot',
  ])
    .option('--height <number>', 'of this block; the newest if left out', wholeNumber)
    .option('--out <file>', 'write its head: header, certificate and the hashes of its parts')
    .action((options: CommonOptions & { height?: number; out?: string }) =>
      withCommunity(context, options, async (client) => {
        const { manifest, ...facts } = await client.ledger.snapshot(
          options.height === undefined ? {} : { height: options.height },
        );
        if (options.out !== undefined) await writeGiven(options.out, fromBase64Url(manifest));
        const text = pairs([
          ['Height', facts.height],
          ['State root', facts.stateRoot],
          ['Transactions', facts.transactions],
          ['Parts', facts.parts],
        ]);
        return { json: facts, text };
      }),
    );
}
