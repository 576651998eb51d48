/** Text of the notes. */
export const words = {
  title: 'Notes',
  doing: 'Reading notes',
  none: 'Nobody has written a note yet.',
  loading: 'Loading notes.',
  field: 'A note for everybody',
  write: 'Write',
  pin: 'Pin',
  pinned: 'pinned',
  settings: 'Notes',
  most: { label: 'Longest note', hint: 'Longer notes are refused on this node.', unit: 'characters' },
};
