import { defineProblems } from '../kernel/problems.ts';

/** The problems of features that are off. */
export const problem = defineProblems('feature', {
  'feature-off': {
    message: '“{feature}” is turned off on this node.',
    remedy: 'Turn it on in the settings of the node.',
  },
  'no-rulings': {
    code: 'feature-off',
    message: 'The review of messages is turned off on this node, so it cannot ask for one.',
    remedy: 'Turn “review” on in the settings of the node.',
  },
});
