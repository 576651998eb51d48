import { defineProblems } from '../kernel/problems.ts';

export const problem = defineProblems('notes', {
  'note-too-long': {
    message: 'A note has at most {most, plural, one {# character} other {# characters}} here.',
    remedy: 'Shorten it.',
  },
});
