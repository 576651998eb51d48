import type { Command } from 'commander';
import { ValidatorCard, type CommunityClient } from '../../../contract/index.ts';
import { command, withCommunity, withNode, type CommonOptions, type Context } from '../context.ts';
import { readGiven } from '../given-file.ts';
import { table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

/** `validator`: the signers of blocks, and changes to them. */
export function validator(context: Context): Command {
  interface Change extends CommonOptions {
    readonly quorum?: number;
  }
  const group = command('validator', 'the validators that sign blocks', [
    'validator list',
    'validator keygen > ines.json',
  ]);
  // Options after the subcommand belong to the subcommand.
  group.enablePositionalOptions();
  const changed = async (
    client: CommunityClient,
    input: Parameters<CommunityClient['ledger']['changeValidators']>[0],
  ) => {
    const made = await client.ledger.changeValidators(input);
    const text = made.transaction
      ? `A quorum signed; the change was submitted as ${made.transaction}`
      : `${made.signatures} of ${made.quorum} signatures. Pass this on to the next validator, for “impulse validator sign”:\n\n${made.change}`;
    return { json: made, text };
  };
  group.addCommand(
    command('list', 'list the validators', ['validator list']).action((options: CommonOptions) =>
      withCommunity(context, options, async (client) => {
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
      withNode(context, options, async (client) => {
        const card = await client.identity.card({});
        return { json: card, text: JSON.stringify(card, null, 2) };
      }),
    ),
  );
  group.addCommand(
    command('add', 'sign a change that adds validators', [
      'validator add ines.json',
      'validator add a.json b.json',
    ])
      .argument('<cards...>', 'files made by impulse validator keygen')
      .option('--quorum <number>', 'the quorum from then on', wholeNumber)
      .action((files: string[], options: Change) =>
        withCommunity(
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
    command('remove', 'sign a change that removes validators', ['validator remove did:key:z6Mk…'])
      .argument('<did...>', 'identities of the validators')
      .option('--quorum <number>', 'the quorum from then on', wholeNumber)
      .action((remove: string[], options: Change) =>
        withCommunity(
          context,
          options,
          (client) => changed(client, { remove, ...(options.quorum ? { quorum: options.quorum } : {}) }),
          { offline: false },
        ),
      ),
  );
  group.addCommand(
    command('sign', 'sign a change that another validator began', ['validator sign CHANGE'])
      .argument('<change>', 'the change that the other validator printed')
      .action((change: string, options: CommonOptions) =>
        withCommunity(context, options, (client) => changed(client, { change }), { offline: false }),
      ),
  );
  return group;
}

async function cardIn(file: string): Promise<ValidatorCard> {
  const text = (await readGiven(file)).toString('utf8');
  try {
    return ValidatorCard.parse(JSON.parse(text));
  } catch (cause) {
    throw problem('not-a-validator-card', { file }, { cause });
  }
}
