import type { Command } from 'commander';
import type { CommunityClient, LedgerStatus, VersionSchedule } from '../../../contract/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { wholeNumber } from './numbers.ts';

/** `ledger protocol`: versions of the protocol, which a quorum of the validators activates at a height. */
export function protocolCommand(context: Context): Command {
  const group = command('protocol', 'the version of the rules that the ledger follows', [
    'ledger protocol schedule 2 --height 1400',
    'ledger protocol cancel',
  ]);
  // Options after the subcommand belong to the subcommand.
  group.enablePositionalOptions();
  const schedule = (
    options: CommonOptions,
    input: Parameters<CommunityClient['ledger']['scheduleVersion']>[0],
  ) =>
    withCommunity(context, options, async (client) => scheduled(await client.ledger.scheduleVersion(input)), {
      offline: false,
    });
  group.addCommand(
    command('schedule', 'sign that a version begins with a block', [
      'ledger protocol schedule 2 --height 1400',
    ])
      .argument('<version>', 'the version', wholeNumber)
      .requiredOption('--height <number>', 'the first block of the version', wholeNumber)
      .action((version: number, options: CommonOptions & { height: number }) =>
        schedule(options, { next: { version, height: options.height } }),
      ),
  );
  group.addCommand(
    command('cancel', 'sign that the scheduled version does not begin', ['ledger protocol cancel']).action(
      (options: CommonOptions) => schedule(options, { next: null }),
    ),
  );
  group.addCommand(
    command('sign', 'sign a schedule that another validator began', ['ledger protocol sign CHANGE'])
      .argument('<change>', 'the schedule that the other validator printed')
      .action((change: string, options: CommonOptions) => schedule(options, { change })),
  );
  return group;
}

function scheduled(made: VersionSchedule): Answer {
  const { next, transaction, signatures, quorum, change } = made;
  const subject = next
    ? `Version ${next.version} from block ${next.height} on`
    : 'Nothing is scheduled any more';
  const text = transaction
    ? `${subject}: a quorum signed, and this was submitted as ${transaction}`
    : `${subject}: ${signatures} of ${quorum} signatures. Pass this on to the next validator, for “impulse ledger protocol sign”:\n\n${change}`;
  return { json: made, text };
}

/** The rows of the status about the protocol. */
export function protocolRows({ protocol }: LedgerStatus): [string, string][] {
  const { version, next, known } = protocol;
  const update = version > known ? '; this node needs an update' : '';
  return [
    ['Protocol', `version ${version}; this release knows versions up to ${known}${update}`],
    ['Scheduled', next ? `version ${next.version} from block ${next.height} on` : '-'],
  ];
}
