/**
 * Runs one benchmark: `npm run bench -- NAME [--json] [--write] [--minutes N] [--messages N]`, or several
 * alternately on two commits: `npm run bench -- compare REVISION NAME... [--rounds N] [--json]`.
 */
import { parseArgs } from 'node:util';
import { append } from './append.ts';
import { calls } from './calls.ts';
import { catchup } from './catchup.ts';
import { communities } from './communities.ts';
import { compare, comparisonTable } from './compare.ts';
import { flood } from './flood.ts';
import { frames } from './frames.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { importMails } from './import.ts';
import { join } from './join.ts';
import { ledger } from './ledger.ts';
import { ledgerState } from './ledger-state.ts';
import { ledgerTrace } from './ledger-trace.ts';
import { live } from './live.ts';
import { million } from './million.ts';
import { moderation } from './moderation.ts';
import { most } from './most.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { threads } from './threads.ts';
import { dated, tableOf, writeSection, type Report } from './lib/report.ts';

interface Options {
  readonly minutes: number;
  readonly messages: number;
}

const benches: Readonly<Record<string, (options: Options) => Promise<Report>>> = {
  append,
  import: importMails,
  calls,
  catchup,
  communities,
  flood,
  frames,
  growth,
  idle,
  ledger,
  'ledger-state': ledgerState,
  'ledger-trace': ledgerTrace,
  live,
  join,
  million,
  moderation,
  most,
  soak,
  start,
  threads,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
    messages: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
const [minutes, messages, rounds] = [Number(values.minutes), Number(values.messages), Number(values.rounds)];
const [, revision, ...compared] = positionals;
const isComparison = name === 'compare' && revision !== undefined && compared.length > 0 && rounds >= 1;
if (isComparison && compared.every((one) => Object.hasOwn(benches, one))) {
  const rows = await compare(revision, compared, rounds, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${values.json ? JSON.stringify(rows, null, 2) : comparisonTable(rows)}\n`);
} else if (!bench || !(minutes > 0) || !(messages > 0)) {
  process.stderr.write(
    [
      'Usage: npm run bench -- NAME [--json] [--write] [--minutes N] [--messages N]',
      '       npm run bench -- compare REVISION NAME... [--rounds N] [--json]',
      `Names: ${Object.keys(benches).join(', ')}`,
      '',
    ].join('\n'),
  );
  process.exitCode = 2;
} else {
  const report = await dated(name, () => bench({ minutes, messages }));
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
  if (values.write) writeSection(report);
}
