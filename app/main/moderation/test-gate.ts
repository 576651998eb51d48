import type { Gate } from './gate.ts';

/** A gate that lets everything pass. */
export const openGate: Pick<Gate, 'own'> = {
  own: async () => ({
    decision: 'publish',
    *drafts(draft) {
      yield draft;
    },
  }),
};
