import { defineProblems } from '../kernel/problems.ts';

export const problem = defineProblems('sim', {
  'peer-gone': { message: 'The peer is not connected.' },
});
