import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('bls', {
  'bad-signature': { message: 'That is not a BLS signature.' },
});
