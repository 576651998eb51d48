import { defineProblems } from '../kernel/problems.ts';

/** The problems of features that are off. */
export const problem = defineProblems('feature', {
  'feature-off': {
    message: '“{feature}” is turned off in this community.',
    remedy: 'Turn it on in the settings of the community, or of the node.',
  },
  'no-rulings': {
    code: 'feature-off',
    message: 'The review of messages is turned off in this community, so nobody can be asked for one.',
    remedy: 'Turn “review” on in the settings of the community, or of the node.',
  },
});
