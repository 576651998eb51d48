import { defineProblems } from '../kernel/problems.ts';

/** The problems of the chat. */
export const problem = defineProblems('chat', {
  'empty-line': { message: 'The line is empty.', remedy: 'Write something first.' },
  'line-too-long': {
    message: 'A line holds at most {most} characters.',
    remedy: 'Split it into two lines, or post it on a board.',
  },
  'bad-cursor': { message: 'That position in the list does not exist.', remedy: 'Load the list again.' },
});
