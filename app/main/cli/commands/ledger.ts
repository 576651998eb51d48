import type { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ValidatorCard } from '../../../contract/index.ts';
import type { Client, LedgerBlock, LedgerStatus, LedgerTransaction } from '../../../contract/index.ts';
import { fromBase64Url } from '../../kernel/bytes.ts';
import { checkProofFile, proofAsJson, readGenesis, type ProofReport } from '../../node/ledger-tools.ts';
import { command, withClient, type CommonOptions, type Context } from '../context.ts';
import { exitCode, usage, Verdict } from '../exit.ts';
import { print, type Answer } from '../io.ts';
import { pairs, table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';

/** `ledger`, `genesis`, `block`, `tx`, `proof`, `verify-proof`, `validator` and `snapshot`. */
export const ledgerCommands = (context: Context): Command[] => [
  ledger(context),
  genesis(context),
  block(context),
  transaction(context),
  proof(context),
  verifyProof(context),
  validator(context),
  snapshot(context),
];

function ledger(context: Context): Command {
  const group = command('ledger', 'how the ledger stands', ['ledger status', 'ledger recover']);
  // What stands behind the subcommand is the subcommand's.
  group.enablePositionalOptions();
  group.addCommand(
    command('status', 'height, validators and whether it runs', ['ledger status']).action(
      (options: CommonOptions) =>
        withClient(context, options, async (client) => statusAnswer(await client.ledger.status({}))),
    ),
  );
  group.addCommand(
    command('recover', 'after a halt: execute all blocks anew and go on if every root comes out right', [
      'ledger recover',
    ]).action((options: CommonOptions) =>
      withClient(context, options, async (client) => statusAnswer(await client.ledger.recover({}))),
    ),
  );
  return group;
}

function statusAnswer(status: LedgerStatus): Answer {
  const { model, quorum, validators, spare, halted, credits, credit } = status;
  const text = pairs([
    ['Ledger', halted ? `stands still at block ${halted.height}: ${halted.code}` : 'runs'],
    ['Height', status.height],
    ['Head', status.head],
    ['Block time', when(status.time)],
    ['State root', status.stateRoot],
    ['Transactions', `${status.transactions} final, ${status.waiting} waiting`],
    ['Validators', `${validators}, ${quorum} must sign (${model}), ${spare} may fail, epoch ${status.epoch}`],
    ['This node', status.validating ? 'signs blocks' : 'does not sign blocks'],
    ['You hold', credits === null ? 'no account' : `${credits} ${credit}`],
    ['History', status.historyFrom <= 1 ? 'complete' : `from block ${status.historyFrom}`],
    ['Snapshots', status.snapshots.join(', ') || '-'],
  ]);
  return { json: status, text };
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
        if (options.out !== undefined) await writeFile(resolve(options.out), bytes);
        const where = options.out === undefined ? '' : `\nwritten to ${options.out}`;
        return { json: read, text: `${read.id}\n${JSON.stringify(read.document, null, 2)}${where}` };
      };
      if (options.file === undefined) {
        return withClient(context, options, async (client) =>
          answer(fromBase64Url((await client.ledger.genesis({})).genesis)),
        );
      }
      context.began(options);
      print(context.io, await answer(await readFile(resolve(options.file))), options.json === true);
    });
}

function block(context: Context): Command {
  return command('block', 'show a block, or the newest ones', ['block', 'block 1204', 'block bafy…'])
    .argument('[block]', 'height or hash')
    .option('--limit <number>', 'how many of the newest', wholeNumber, 20)
    .action((which: string | undefined, options: CommonOptions & { limit: number }) =>
      withClient(context, options, async (client) => {
        if (which === undefined) {
          const page = await client.ledger.blocks({ limit: options.limit });
          return { json: page, text: blockTable(page.items) || 'There is no block yet.' };
        }
        const found = await client.ledger.block({ block: /^\d+$/.test(which) ? Number(which) : which });
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

const transactionTable = (transactions: readonly LedgerTransaction[]) =>
  table(
    ['Kind', 'Account', 'Block', 'Id'],
    transactions.map((one) => [one.kind, one.account.handle, one.block?.height ?? 'waits', one.id]),
  );

function transaction(context: Context): Command {
  const group = command('tx', 'send and look up transactions', ['tx show bafy…', 'tx list']);
  // What stands behind the subcommand is the subcommand's.
  group.enablePositionalOptions();
  group.addCommand(
    command('send', 'sign a transaction with your key and hand it in', [
      `tx send credit.transfer '{"to":"did:key:z6Mk…","amount":5,"memo":"tea"}'`,
      `tx send handle.register '{"handle":"mara"}'`,
    ])
      .argument('<kind>', 'for example credit.transfer')
      .argument('<body>', 'JSON; did:key:… stands for a key, 0x… for bytes')
      .action((kind: string, body: string, options: CommonOptions) =>
        withClient(
          context,
          options,
          async (client) => {
            const sent = await client.ledger.submit({ kind, body: objectOf(body) });
            return { json: sent, text: sent.id };
          },
          { offline: false },
        ),
      ),
  );
  group.addCommand(
    command('show', 'show one transaction', ['tx show bafy…'])
      .argument('<id>', 'id of the transaction')
      .action((id: string, options: CommonOptions) =>
        withClient(context, options, async (client) => {
          const one = await client.ledger.transaction({ id });
          const { block: where } = one;
          const text = pairs([
            ['Id', one.id],
            ['Kind', one.kind],
            ['Account', `${one.account.handle} (${one.account.did})`],
            ['Number', one.nonce],
            ['State', where ? `final in block ${where.height}, ${when(where.time)}` : 'waits for a block'],
            ['Body', JSON.stringify(one.body)],
          ]);
          return { json: one, text };
        }),
      ),
  );
  group.addCommand(
    command('list', 'list the newest transactions', ['tx list', 'tx list --account did:key:z6Mk…'])
      .option('--account <did>', 'of this account alone')
      .option('--limit <number>', 'how many', wholeNumber, 20)
      .action((options: CommonOptions & { account?: string; limit: number }) =>
        withClient(context, options, async (client) => {
          const { account, limit } = options;
          const page = await client.ledger.transactions({ limit, ...(account ? { account } : {}) });
          return { json: page, text: transactionTable(page.items) || 'There are no transactions yet.' };
        }),
      ),
  );
  return group;
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage('The body is JSON.');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw usage('The body is a JSON object.');
}

function proof(context: Context): Command {
  interface Options extends CommonOptions {
    readonly out?: string;
    readonly single?: boolean;
  }
  return command(
    'proof',
    'prove that a transaction is final or that a post is certified, with a file that anyone can check',
    ['proof bafy… --out tea.proof', 'proof bafy… > tea.json'],
  )
    .argument('<id>', 'id of the transaction or of the post')
    .option('--out <file>', 'write the compact form (DAG-CBOR); JSON is printed if left out')
    .option('--single', 'with the validators’ single signatures instead of their aggregate')
    .action((id: string, options: Options) =>
      withClient(context, options, async (client) => {
        const made = await client.ledger.proof({ id, single: options.single === true });
        const bytes = fromBase64Url(made.proof);
        const json = proofAsJson(bytes);
        if (options.out === undefined) return { json, text: JSON.stringify(json, null, 2) };
        await writeFile(resolve(options.out), bytes);
        return { json, text: `${options.out} (${bytes.length} bytes)` };
      }),
    );
}

function verifyProof(context: Context): Command {
  return command(
    'verify-proof',
    'check a proof with the genesis document alone; ends with 4 when it does not hold',
    ['verify-proof tea.proof --genesis harbour.genesis'],
  )
    .argument('<file>', 'a file made by impulse proof')
    .requiredOption('--genesis <file>', 'the genesis document of the community')
    .action(async (file: string, options: CommonOptions & { genesis: string }) => {
      context.began(options);
      const [proofFile, genesisFile] = await Promise.all([
        readFile(resolve(file)),
        readFile(resolve(options.genesis)),
      ]);
      const report = await checkProofFile(new Uint8Array(proofFile), new Uint8Array(genesisFile));
      print(context.io, { json: report, text: reportText(report) }, options.json === true);
      if (!report.ok) throw new Verdict(exitCode.verificationFailed);
    });
}

function reportText({
  ok,
  code,
  message,
  community,
  transaction: shown,
  event,
  block: where,
  ...signed
}: ProofReport): string {
  if (!ok || !where) return `Not proven: ${message} (${code})`;
  return pairs([
    ['Proven', message],
    ['Community', `${community.name} (${community.id})`],
    ...(shown ? transactionRows(shown) : []),
    ...(event ? eventRows(event) : []),
    ['Block', `${where.height}, ${when(where.time)}`],
    [
      'Signed by',
      `${signed.signers.length} of ${signed.validators} validators; ${signed.quorum} must (${signed.model})`,
    ],
    ['Changes of the validators', signed.epochs ?? 0],
  ]);
}

const transactionRows = ({ id, account, kind, body }: NonNullable<ProofReport['transaction']>) =>
  [
    ['Transaction', id],
    ['By', account],
    ['Kind', kind],
    ['Body', JSON.stringify(body)],
  ] as [string, string][];

const eventRows = ({ id, author, signed, kind, time, body }: NonNullable<ProofReport['event']>) =>
  [
    ['Event', id],
    ['By', signed ? author : `${author}, by the word of the validators: the signature is not in the file`],
    ['Kind', kind],
    ['Written', `${when(time)}, as the author says`],
    ['Body', JSON.stringify(body)],
  ] as [string, string][];

function validator(context: Context): Command {
  interface Change extends CommonOptions {
    readonly quorum?: number;
  }
  const group = command('validator', 'who signs blocks', ['validator list', 'validator keygen > ines.json']);
  // What stands behind the subcommand is the subcommand's.
  group.enablePositionalOptions();
  const changed = async (client: Client, input: Parameters<Client['ledger']['changeValidators']>[0]) => {
    const made = await client.ledger.changeValidators(input);
    const text = made.transaction
      ? `A quorum signed; the change is handed in as ${made.transaction}`
      : `${made.signatures} of ${made.quorum} signatures. Hand this to the next validator, for “impulse validator sign”:\n\n${made.change}`;
    return { json: made, text };
  };
  group.addCommand(
    command('list', 'list the validators', ['validator list']).action((options: CommonOptions) =>
      withClient(context, options, async (client) => {
        const list = await client.ledger.validators({});
        const rows = list.map((one) => [
          one.handle,
          one.isMe ? 'this node' : '',
          one.latencyMs === null ? '-' : `${Math.round(one.latencyMs)} ms`,
          one.missed ?? '-',
          when(one.lastSignedAt),
          one.did,
        ]);
        return {
          json: list,
          text: table(['Handle', '', 'Latency', 'Missed', 'Last signed', 'Identity'], rows),
        };
      }),
    ),
  );
  group.addCommand(
    command('keygen', 'print this node’s validator card, making its keys if it has none', [
      'validator keygen > ines.json',
    ]).action((options: CommonOptions) =>
      withClient(context, options, async (client) => {
        const card = await client.ledger.card({});
        return { json: card, text: JSON.stringify(card, null, 2) };
      }),
    ),
  );
  group.addCommand(
    command('add', 'sign that others join the validators', [
      'validator add ines.json',
      'validator add a.json b.json',
    ])
      .argument('<cards...>', 'files made by impulse validator keygen')
      .option('--quorum <number>', 'how many must sign from then on', wholeNumber)
      .action((files: string[], options: Change) =>
        withClient(
          context,
          options,
          async (client) => {
            const add = await Promise.all(files.map(cardIn));
            return changed(client, { add, ...(options.quorum ? { quorum: options.quorum } : {}) });
          },
          { offline: false },
        ),
      ),
  );
  group.addCommand(
    command('remove', 'sign that validators leave', ['validator remove did:key:z6Mk…'])
      .argument('<did...>', 'identities of the validators')
      .option('--quorum <number>', 'how many must sign from then on', wholeNumber)
      .action((remove: string[], options: Change) =>
        withClient(
          context,
          options,
          (client) => changed(client, { remove, ...(options.quorum ? { quorum: options.quorum } : {}) }),
          { offline: false },
        ),
      ),
  );
  group.addCommand(
    command('sign', 'sign a change that another validator began', ['validator sign CHANGE'])
      .argument('<change>', 'what the other was given')
      .action((change: string, options: CommonOptions) =>
        withClient(context, options, (client) => changed(client, { change }), { offline: false }),
      ),
  );
  return group;
}

async function cardIn(file: string): Promise<ValidatorCard> {
  const parsed = ValidatorCard.safeParse(JSON.parse(await readFile(resolve(file), 'utf8')));
  if (parsed.success) return parsed.data;
  throw usage(`${file} is not a validator card.`);
}

function snapshot(context: Context): Command {
  return command('snapshot', 'show a snapshot of the state, or write its head to a file', [
    'snapshot',
    'snapshot --height 3000 --out harbour-3000.snapshot',
  ])
    .option('--height <number>', 'of this block; the newest if left out', wholeNumber)
    .option('--out <file>', 'write its head: header, certificate and the hashes of its parts')
    .action((options: CommonOptions & { height?: number; out?: string }) =>
      withClient(context, options, async (client) => {
        const { manifest, ...facts } = await client.ledger.snapshot(
          options.height === undefined ? {} : { height: options.height },
        );
        if (options.out !== undefined) await writeFile(resolve(options.out), fromBase64Url(manifest));
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
