/** Text about judgements of other nodes. */
export const words = {
  settings: 'Judgements of other nodes',
  trustModerators: {
    label: 'Use judgements of validators and moderators',
    hint: 'Old messages then appear sooner. Turned off, this node judges every message itself, except for people whom you trust by name.',
  },
};
