import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('ffmpeg', {
  'ffmpeg-missing': {
    message: 'Calls cannot be recorded here: the program ffmpeg is missing.',
    remedy: 'Install ffmpeg, for example with “sudo apt install ffmpeg”, then try again.',
  },
  'recorder-failed': {
    message: 'The program that writes a recording ended ({reason}).',
    remedy: 'Record again; if that does not help, update ffmpeg.',
  },
  'recording-disk-full': {
    message: 'The disk is full; the recording has ended.',
    remedy: 'Free some space, then record again.',
  },
  'composing-cancelled': { message: 'The recording was not put together, because somebody stopped it.' },
  'composing-failed': {
    message: 'The tracks of the recording could not be put together ({reason}).',
    remedy: 'Try again; the tracks are kept.',
  },
});
