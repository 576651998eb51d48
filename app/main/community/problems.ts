import { defineProblems } from '../kernel/problems.ts';

/** The problems of the community’s own documents. */
export const problem = defineProblems('community', {
  'ledger-outdated': {
    message: 'The ledger continues by a version of the protocol that this release does not know.',
    remedy: 'Install the release that the validators run.',
  },
  'bad-genesis': { message: 'That is not a genesis document.', remedy: 'Ask for a new invite.' },
});
