import { defineProblems } from '../kernel/problems.ts';

/** The problems of the community’s own documents. */
export const problem = defineProblems('community', {
  'bad-genesis': { message: 'That is not a genesis document.', remedy: 'Ask for a new invite.' },
});
