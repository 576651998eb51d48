import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('rtp', {
  'no-socket': { message: 'The synthetic participants cannot send: {reason}' },
});
