import { isolated } from '../../contract/foreign-text.ts';
import type { Judge } from '../../contract/index.ts';
import type { CommandSpec } from '../feature/index.ts';
import { problem } from './problems.ts';

const CHOICES = ['always', 'never', 'by-role'] as const;

/** The commands about judgements of other nodes. */
export const judgementCommands: readonly CommandSpec[] = [
  {
    name: 'judge list',
    summary: 'list the people whose judgements this node may take over',
    examples: ['judge list', 'judge list --json'],
    async run(client) {
      const judges = await client.judgements.judges({});
      const text = judges.length === 0 ? 'Nobody.' : judges.map(lineOf).join('\n');
      return { text, data: judges };
    },
  },
  {
    name: 'judge trust',
    summary: 'decide whether the judgements of a member are taken over',
    examples: ['judge trust ines always', 'judge trust ines never', 'judge trust ines by-role'],
    arguments: [
      { name: '<member>', help: 'a handle or a DID' },
      { name: '<choice>', help: CHOICES.join(', ') },
    ],
    async run(client, { arguments: [name = '', wish = ''] }) {
      const choice = CHOICES.find((one) => one === wish);
      if (choice === undefined) throw problem('choice-unknown', { choices: CHOICES.join(', ') });
      const member = (await client.members.list({})).find(
        ({ handle, did }) => handle === name || did === name,
      );
      if (member === undefined) throw problem('person-unknown');
      const judges = await client.judgements.choose({
        did: member.did,
        choice: choice === 'by-role' ? null : choice,
      });
      const judge = judges.find(({ did }) => did === member.did);
      return { text: judge ? lineOf(judge) : `${isolated(member.handle)}: not used`, data: judge ?? null };
    },
  },
];

function lineOf({ handle, trusted, choice, online, taken, sampled, disagreed, distrustedAt }: Judge): string {
  const state = distrustedAt !== null ? 'judged otherwise' : trusted ? 'used' : 'not used';
  const why = choice === null ? 'by role' : choice;
  const here = online ? 'connected' : 'not connected';
  return `${isolated(handle)}: ${state} (${why}), ${here}, ${taken} in use, ${sampled} checked, ${disagreed} differ`;
}
