import { defineProblems } from '../kernel/problems.ts';

export const problem = defineProblems('judgements', {
  'bad-statement': { message: 'A peer sent judgements that cannot be read.' },
  'wrong-signature': { message: 'A peer sent judgements with a wrong signature.' },
  'line-closed': { message: 'A peer does not tell what it judged.' },
  'no-answer': { message: 'A peer did not say in time what it judged.' },
  'asked-too-often': { message: 'A peer asks for more judgements than it may.' },
  'person-unknown': {
    message: 'Nobody of that name belongs to the community.',
    remedy: 'Choose a member from the list.',
  },
  'choice-unknown': {
    message: 'This is not one of the choices.',
    remedy: 'Choose one of: {choices}.',
  },
  'judge-distrusted': {
    message: 'The models of {name} judge otherwise than those of this node, too often to be trusted.',
    remedy:
      'This node judges their messages again by itself. Ask them whether their program is damaged, and decide on the models page whether to trust them.',
  },
});
