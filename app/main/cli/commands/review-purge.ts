import type { Command } from 'commander';
import type { PurgeReceipt } from '../../../contract/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { bytes, pairs, table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

/** `purge`, `purges` and `answer`: permanent deletion. */
export const purgeCommands = (context: Context): Command[] => [
  purge(context),
  purges(context),
  answer(context),
];

function purge(context: Context): Command {
  return command('purge', 'delete a message permanently, here and on every node that follows you', [
    'review purge bafy… --reason "a private address"',
  ])
    .argument('<id>', 'id of the message')
    .requiredOption('--reason <text>', 'the reason; everybody can read it')
    .action((id: string, _options: CommonOptions, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & { reason: string }>();
      return withCommunity(context, options, async (client) =>
        receiptAnswer(await client.review.purge({ id, reason: options.reason })),
      );
    });
}

function purges(context: Context): Command {
  return command('purges', 'list purges and their results', ['review purges'])
    .option('--limit <number>', 'how many', wholeNumber, 20)
    .action((_options: CommonOptions, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & { limit: number }>();
      return withCommunity(context, options, async (client) => {
        const page = await client.review.purges({ limit: options.limit });
        const rows = page.items.map((one) => [
          when(one.at),
          one.by.handle,
          one.here ? 'gone' : 'not done',
          countOf(one, 'gone'),
          countOf(one, 'refused'),
          countOf(one, 'silent'),
          one.reason,
          one.id,
        ]);
        const text = table(['At', 'By', 'Here', 'Gone', 'Refused', 'Silent', 'Reason', 'Id'], rows);
        return { json: page, text: text || 'Nothing was purged.' };
      });
    });
}

function answer(context: Context): Command {
  return command('answer', 'carry out a purge on this node, or refuse it', [
    'review answer bafy… gone',
    'review answer bafy… refused',
  ])
    .argument('<id>', 'id of the purge')
    .argument('<answer>', 'gone or refused')
    .action((id: string, said: string, _options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        if (said !== 'gone' && said !== 'refused') throw problem('unknown-purge-answer');
        return receiptAnswer(await client.review.answerPurge({ id, answer: said }));
      }),
    );
}

const countOf = ({ answers }: PurgeReceipt, which: PurgeReceipt['answers'][number]['answer']) =>
  answers.filter((one) => one.answer === which).length;

function receiptAnswer(receipt: PurgeReceipt): Answer {
  const { here, answers } = receipt;
  const facts = pairs([
    ['Purge', receipt.id],
    ['Message', receipt.item],
    ['Here', here ? `${bytes(here.bytes)} and ${here.files} files deleted, ${when(here.at)}` : 'not done'],
    ['Reason', receipt.reason],
  ]);
  const said = table(
    ['Member', 'Answer', 'At'],
    answers.map((one) => [one.who.handle, one.answer, when(one.at)]),
  );
  return { json: receipt, text: `${facts}\n\n${said}` };
}
