/** Runs one benchmark: `npm run bench -- NAME [--json] [--write] [--minutes N] [--messages N]`. */
import { parseArgs } from 'node:util';
import { append } from './append.ts';
import { catchup } from './catchup.ts';
import { frames } from './frames.ts';
import { importMails } from './import.ts';
import { join } from './join.ts';
import { ledger } from './ledger.ts';
import { ledgerTrace } from './ledger-trace.ts';
import { live } from './live.ts';
import { million } from './million.ts';
import { moderation } from './moderation.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { dated, tableOf, writeSection, type Report } from './lib/report.ts';

interface Options {
  readonly minutes: number;
  readonly messages: number;
}

const benches: Readonly<Record<string, (options: Options) => Promise<Report>>> = {
  append,
  import: importMails,
  catchup,
  frames,
  ledger,
  'ledger-trace': ledgerTrace,
  live,
  join,
  million,
  moderation,
  soak,
  start,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '60' },
    messages: { type: 'string', default: '20000' },
  },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
const [minutes, messages] = [Number(values.minutes), Number(values.messages)];
if (!bench || !(minutes > 0) || !(messages > 0)) {
  process.stderr.write(
    `Usage: npm run bench -- NAME [--json] [--write] [--minutes N] [--messages N]\nNames: ${Object.keys(benches).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const report = await dated(name, () => bench({ minutes, messages }));
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
  if (values.write) writeSection(report);
}
