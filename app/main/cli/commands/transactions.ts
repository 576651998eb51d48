import type { Command } from 'commander';
import type { LedgerTransaction } from '../../../contract/index.ts';
import { fromBase64Url } from '../../kernel/bytes.ts';
import { checkProofFile, proofAsJson, type ProofReport } from '../../node/ledger-tools.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { exitCode, CheckFailed } from '../exit.ts';
import { print } from '../io.ts';
import { oneLine, pairs, table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { readGiven, writeGiven } from '../given-file.ts';
import { problem } from '../problems.ts';

/** `tx`, `proof` and `verify-proof`. */
export const transactionCommands = (context: Context): Command[] => [
  transaction(context),
  proof(context),
  verifyProof(context),
];

export const transactionTable = (transactions: readonly LedgerTransaction[]) =>
  table(
    ['Kind', 'Account', 'Block', 'Id'],
    transactions.map((one) => [one.kind, one.account.handle, one.block?.height ?? 'waits', one.id]),
  );

/** A block as a person names it: by height or by hash. */
export const blockNamed = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);

function transaction(context: Context): Command {
  interface Search extends CommonOptions {
    readonly account?: string;
    readonly kind?: string;
    readonly block?: string;
    readonly limit: number;
    readonly cursor?: string;
  }
  const group = command('tx', 'send and look up transactions', ['tx show bafy…', 'tx list']);
  // Options after the subcommand belong to the subcommand.
  group.enablePositionalOptions();
  group.addCommand(
    command('send', 'sign a transaction with your key and submit it', [
      `tx send credit.transfer '{"to":"did:key:z6Mk…","amount":5,"memo":"tea"}'`,
      `tx send handle.register '{"handle":"mara"}'`,
    ])
      .argument('<kind>', 'for example credit.transfer')
      .argument('<body>', 'JSON; did:key:… stands for a key, 0x… for bytes')
      .action((kind: string, body: string, options: CommonOptions) =>
        withCommunity(
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
        withCommunity(context, options, async (client) => {
          const one = await client.ledger.transaction({ id });
          const { block: where } = one;
          const text = pairs([
            ['Id', one.id],
            ['Kind', one.kind],
            ['Account', `${oneLine(one.account.handle)} (${one.account.did})`],
            ['Number', one.nonce],
            ['State', where ? `final in block ${where.height}, ${when(where.time)}` : 'waits for a block'],
            ['Body', JSON.stringify(one.body)],
          ]);
          return { json: one, text };
        }),
      ),
  );
  group.addCommand(
    command('list', 'find transactions, newest first', [
      'tx list',
      'tx list --account did:key:z6Mk… --kind credit.transfer',
      'tx list --block 1204',
    ])
      .option('--account <did>', 'only of this account')
      .option('--kind <kind>', 'only of this kind, for example credit.transfer')
      .option('--block <block>', 'only in this block, by height or hash')
      .option('--limit <number>', 'how many', wholeNumber, 20)
      .option('--cursor <place>', 'continue where the last list ended')
      .action((options: Search) =>
        withCommunity(context, options, async (client) => {
          const { account, limit } = options;
          const { kind, block, cursor } = options;
          const page = await client.ledger.transactions({
            limit,
            ...(account ? { account } : {}),
            ...(kind ? { kind } : {}),
            ...(block ? { block: blockNamed(block) } : {}),
            ...(cursor ? { cursor } : {}),
          });
          const more = page.next === null ? '' : `\n\nThere are more: --cursor ${page.next}`;
          const found = transactionTable(page.items) || 'There are no such transactions.';
          return { json: page, text: `${found}${more}` };
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
    throw problem('body-not-json');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw problem('body-not-object');
}

interface ProofOptions extends CommonOptions {
  readonly out?: string;
  readonly single?: boolean;
}

function proof(context: Context): Command {
  const group = withProofOptions(
    command(
      'proof',
      'prove that a transaction is final, that a post is certified, or an entry of the state, with a file that anyone can check',
      ['proof bafy… --out tea.proof', 'proof bafy… > tea.json', 'proof entry handle/mara --out mara.proof'],
    ).argument('<id>', 'id of the transaction or of the post'),
  ).action((id: string, options: ProofOptions) =>
    withCommunity(context, options, async (client) => {
      const { proof: made } = await client.ledger.proof({ id, single: options.single === true });
      return written(made, options);
    }),
  );
  // Options after the subcommand belong to the subcommand.
  group.enablePositionalOptions();
  return group.addCommand(
    withProofOptions(
      command('entry', 'prove that the state of the ledger has an entry, or has no such entry', [
        'proof entry handle/mara --out mara.proof',
        'proof entry account/did:key:z6Mk… > account.json',
      ]).argument('<key>', 'key of the entry; did:key:… stands for a key'),
    ).action((key: string, options: ProofOptions) =>
      withCommunity(context, options, async (client) => {
        const made = await client.ledger.entryProof({ key, single: options.single === true });
        const shown = await written(made.proof, options);
        if (options.out === undefined) return shown;
        return { ...shown, text: `${shown.text}: ${made.key} is ${made.present ? 'there' : 'absent'}` };
      }),
    ),
  );
}

const withProofOptions = (to: Command): Command =>
  to
    .option('--out <file>', 'write the compact form (DAG-CBOR); JSON is printed if left out')
    .option('--single', 'with the separate signatures of the validators instead of their aggregate');

/** Writes a proof to the file that the options name, or shows it as JSON. */
async function written(proofText: string, { out }: ProofOptions): Promise<{ json: unknown; text: string }> {
  const bytes = fromBase64Url(proofText);
  const json = proofAsJson(bytes);
  if (out === undefined) return { json, text: JSON.stringify(json, null, 2) };
  await writeGiven(out, bytes);
  return { json, text: `${out} (${bytes.length} bytes)` };
}

function verifyProof(context: Context): Command {
  return command(
    'verify-proof',
    'check a proof with only the genesis document; exits with 4 if it is invalid',
    ['verify-proof tea.proof --genesis harbour.genesis'],
  )
    .argument('<file>', 'a file made by impulse proof')
    .requiredOption('--genesis <file>', 'the genesis document of the community')
    .action(async (file: string, options: CommonOptions & { genesis: string }) => {
      context.began(options);
      const [proofFile, genesisFile] = await Promise.all([readGiven(file), readGiven(options.genesis)]);
      const report = await checkProofFile(new Uint8Array(proofFile), new Uint8Array(genesisFile));
      print(context.io, { json: report, text: reportText(report) }, options.json === true);
      if (!report.ok) throw new CheckFailed(exitCode.verificationFailed);
    });
}

function reportText({
  ok,
  code,
  message,
  community,
  transaction: shown,
  event,
  entry,
  block: where,
  ...signed
}: ProofReport): string {
  if (!ok || !where) return `Not proven: ${message} (${code})`;
  return pairs([
    ['Proven', message],
    ['Community', `${oneLine(community.name)} (${community.id})`],
    ...(shown ? transactionRows(shown) : []),
    ...(event ? eventRows(event) : []),
    ...(entry ? entryRows(entry) : []),
    ['Block', `${where.height}, ${when(where.time)}`],
    [
      'Signed by',
      `${signed.signers.length} of ${signed.validators} validators; ${signed.quorum} must (${signed.model})`,
    ],
    ['Changes of the validators', signed.epochs ?? 0],
  ]);
}

type Rows = [string, string][];

const transactionRows = ({ id, account, kind, body }: NonNullable<ProofReport['transaction']>): Rows => [
  ['Transaction', id],
  ['By', account],
  ['Kind', kind],
  ['Body', JSON.stringify(body)],
];

const eventRows = ({ id, author, signed, kind, time, body }: NonNullable<ProofReport['event']>): Rows => [
  ['Event', id],
  ['By', signed ? author : `${author}, as the validators state: the signature is not in the file`],
  ['Kind', kind],
  ['Written', `${when(time)}, as the author states`],
  ['Body', JSON.stringify(body)],
];

const entryRows = ({ key, present, value }: NonNullable<ProofReport['entry']>): Rows => [
  ['Entry', key],
  ['Value', present ? JSON.stringify(value) : 'none'],
];
