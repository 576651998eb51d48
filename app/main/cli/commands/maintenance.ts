import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { Verification } from '../../../contract/index.ts';
import { command, dataDirOf, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { exitCode, CheckFailed } from '../exit.ts';
import { print } from '../io.ts';
import { bytes, pairs, when } from '../text.ts';
import { restoreDatabase } from '../../node/restore.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

/** `verify`, `rebuild`, `backup`, `restore` and `sim`: checks and repairs. */
export const maintenanceCommands = (context: Context): Command[] => [
  verify(context),
  rebuild(context),
  backup(context),
  restore(context),
  sim(context),
];

function verify(context: Context): Command {
  return command(
    'verify',
    'check the file, every event and the projections; exits with 4 if something is wrong',
    ['verify', 'verify --deep --json'],
  )
    .option('--deep', 'check every signature as well')
    .action(async (options: CommonOptions & { deep?: boolean }) => {
      let ok = true;
      await withCommunity(context, options, async (client) => {
        const found = await client.maintenance.verify({ deep: options.deep === true });
        ok = found.ok;
        return { json: found, text: verificationText(found) };
      });
      if (!ok) throw new CheckFailed(exitCode.verificationFailed);
    });
}

function rebuild(context: Context): Command {
  return command('rebuild', 'recompute all projections from the log', ['rebuild']).action(
    async (options: CommonOptions) => {
      let ok = true;
      await withCommunity(context, options, async (client) => {
        const found = await client.maintenance.rebuild({});
        ok = found.ok;
        return { json: found, text: verificationText(found) };
      });
      if (!ok) throw new CheckFailed(exitCode.verificationFailed);
    },
  );
}

function verificationText(found: Verification): string {
  const facts = pairs([
    ['Result', found.ok ? 'all is well' : `${found.faults.length} faults`],
    ['Community', found.community],
    ['Events', found.events],
    ['Posts', found.posts],
    ['Members', found.members],
    ['Digest', found.digest],
  ]);
  return [facts, ...found.faults.map((fault) => `! ${fault}`)].join('\n');
}

function backup(context: Context): Command {
  return command('backup', 'copy the community to a file while the node runs', [
    'backup',
    'backup --to /mnt/usb/harbour.db',
  ])
    .option('--to <file>', 'where to; the backups folder of the data directory if left out')
    .option('--list', 'show the existing backups')
    .action((options: CommonOptions & { to?: string; list?: boolean }) =>
      withCommunity(context, options, async (client) => {
        if (options.list) {
          const kept = await client.maintenance.backups({});
          const text = kept.map((one) => `${when(one.at)}  ${bytes(one.sizeBytes)}  ${one.path}`).join('\n');
          return { json: kept, text: text === '' ? 'There is no backup yet.' : text };
        }
        const path = options.to === undefined ? undefined : resolve(options.to);
        const made = await client.maintenance.backup({ path });
        const note =
          'Your keys are not in it: keep your 24 recovery words, or a copy of keys.json and its passphrase.';
        return { json: made, text: `${made.path} (${bytes(made.sizeBytes)})\n${note}` };
      }),
    );
}

function restore(context: Context): Command {
  return command('restore', 'replace the community by a backup; the node must be stopped', [
    'restore backups/2026-11-23.db',
  ])
    .argument('<file>', 'a file made by impulse backup')
    .action(async (file: string, options: CommonOptions) => {
      context.began(options);
      const done = await restoreDatabase(dataDirOf(options), resolve(file));
      const text =
        done.keptAside === null
          ? 'The backup was restored.'
          : `The backup was restored; the previous database is kept as ${done.keptAside}`;
      print(context.io, { json: done, text }, options.json === true);
    });
}

interface SimOptions {
  readonly seed: number;
  readonly seeds: number;
  readonly ledger?: boolean;
  readonly log?: boolean;
  readonly timers?: boolean;
  readonly versions?: boolean;
}

function sim(context: Context): Command {
  return command(
    'sim',
    'run whole nodes in seeded simulations with faults, and check that they end in agreement',
    ['sim', 'sim --seeds 500', 'sim --seed 4711', 'sim --ledger --seeds 500'],
  )
    .option('--seed <number>', 'first seed', wholeNumber, 1)
    .option('--seeds <number>', 'how many simulations', wholeNumber, 1)
    .option('--ledger', 'simulate validators that order transactions, some of them byzantine')
    .option('--log', 'with --ledger: their blocks anchor a log too')
    .option('--timers', 'with --ledger: transactions schedule timers too')
    .option('--versions', 'with --ledger: nodes of two releases, and a version of the protocol that begins')
    .action(async (options: CommonOptions & SimOptions) => {
      context.began(options);
      const { io, connector } = context;
      const { seed, seeds, ledger = false, log = false, timers = false, versions = false } = options;
      if (seeds === 0) throw problem('no-seeds');
      const report = (line: string) => io.err(`${line}\n`);
      const agreed = await connector.simulate({ seed, seeds, ledger, log, timers, versions, report });
      const text = agreed ? 'All simulations ended in agreement.' : 'Not all simulations ended in agreement.';
      print(io, { json: { agreed, seed, seeds }, text }, options.json === true);
      if (!agreed) throw new CheckFailed(exitCode.verificationFailed);
    });
}
