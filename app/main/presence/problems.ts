import { defineProblems } from '../kernel/problems.ts';

/** The problems of presence. */
export const problem = defineProblems('presence', {
  malformed: { message: 'The beacon does not have the fields of a beacon.' },
});
