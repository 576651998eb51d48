import type { Command } from 'commander';
import { fromBase64Url } from '../../kernel/bytes.ts';
import { checkEvidenceFile } from '../../node/ledger-tools.ts';
import { readGiven, writeGiven } from '../given-file.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { exitCode, CheckFailed } from '../exit.ts';
import { print } from '../io.ts';
import { table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';

/** `ledger evidence` and `ledger verify-evidence`: proof against validators that broke the rules. */
export const evidenceCommands = (context: Context): Command[] => [evidence(context), verifyEvidence(context)];

function evidence(context: Context): Command {
  interface Options extends CommonOptions {
    readonly out?: string;
    readonly limit: number;
    readonly cursor?: string;
  }
  return command('evidence', 'list validators that signed contradictory votes, or write the proof', [
    'ledger evidence',
    'ledger evidence --out harbour.evidence',
  ])
    .option('--out <file>', 'write all of it, for ledger verify-evidence')
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .option('--cursor <number>', 'continue where the last list ended')
    .action(({ out, limit, cursor, ...options }: Options) =>
      withCommunity(context, options, async (client) => {
        const page = await client.ledger.evidence({ limit, ...(cursor ? { cursor } : {}) });
        const rows = page.items.map((one) => [
          one.handle,
          one.epoch,
          one.slot,
          one.votes.join(' and '),
          when(one.at),
        ]);
        const list = table(['Validator', 'Epoch', 'Slot', 'Signed both', 'Known since'], rows);
        const more = page.next === null ? '' : `\n\nThere is more: --cursor ${page.next}`;
        if (out === undefined)
          return {
            json: page,
            text: list ? `${list}${more}` : 'No validator is known to have broken the rules.',
          };
        const { file } = await client.ledger.evidenceFile({});
        const bytes = fromBase64Url(file);
        await writeGiven(out, bytes);
        return { json: page, text: `${list}${more}\n\nwritten to ${out} (${bytes.length} bytes)` };
      }),
    );
}

function verifyEvidence(context: Context): Command {
  return command(
    'verify-evidence',
    'check an evidence file with only the genesis document; exits with 4 if it is invalid',
    ['ledger verify-evidence harbour.evidence --genesis harbour.genesis'],
  )
    .argument('<file>', 'a file made by impulse ledger evidence')
    .requiredOption('--genesis <file>', 'the genesis document of the community')
    .action(async (file: string, options: CommonOptions & { genesis: string }) => {
      context.began(options);
      const [bytes, genesis] = await Promise.all(
        [file, options.genesis].map(async (path) => new Uint8Array(await readGiven(path))),
      );
      const report = checkEvidenceFile(bytes!, genesis!);
      const rows = report.convicted.map(({ validator, epoch, slot, votes }) => [
        validator,
        epoch,
        slot,
        votes.join(' and '),
      ]);
      const text = report.ok
        ? table(['Validator', 'Epoch', 'Slot', 'Signed both'], rows)
        : `Not proven: ${report.message} (${report.code})`;
      print(context.io, { json: report, text }, options.json === true);
      if (!report.ok) throw new CheckFailed(exitCode.verificationFailed);
    });
}
