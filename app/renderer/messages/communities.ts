import { isolated } from '../../contract/foreign-text.ts';
import type { CommunityCard } from '../../contract/index.ts';
import { count, plural } from './format.ts';

/** Text about the communities of a node: the switcher and their settings. */
export const communities = {
  title: 'Communities',
  label: 'Type the name of a community',
  here: 'Your communities',
  archived: 'Archived',
  current: 'shown now',
  add: 'Create or join a community',
  nothing: 'No community has this name.',
  foot: 'Arrows select, Enter opens, Escape closes.',
  open: (name: string) => `Switch community. ${isolated(name)} is shown.`,
  elsewhere: (unread: number) => `${count(unread)} unread in other communities`,
  states: {
    open: '',
    asleep: 'asleep',
    archived: 'archived',
    broken: 'cannot be opened',
  } satisfies Record<CommunityCard['state'], string>,
  because: (reason: string) => `cannot be opened: ${isolated(reason).replace(/\.$/, '')}`,
  unread: (value: number) => `${count(value)} unread`,
  duties: (value: number) => plural(value, 'decision', 'decisions'),
  peers: (value: number) => plural(value, 'peer', 'peers'),
  missing: {
    message: 'This node has no community with this address.',
    remedy: 'It may have been deleted from this node. If the address was sent to you, ask for an invite.',
  },
  toAnother: 'Go to your communities',
  broken: (name: string) => `${isolated(name)} cannot be opened. The other communities are not affected.`,
  membership: {
    title: 'This community on this node',
    archive: 'Archive',
    archiveMeans:
      'Keeps the copy on this node for reading, without connections to other members. You cannot write in it.',
    unarchive: 'Take it out of the archive',
    isArchived: 'This community is archived: you can read it, and nothing new arrives.',
    hasLeft: 'You left this community. The copy here can be read; an invite brings you back.',
    leave: 'Leave',
    leaveMeans:
      'Ends your part in this community and archives the copy on this node. An invite brings you back as the same person.',
    leaveAsk: (name: string) => `Leave ${isolated(name)}?`,
    delete: 'Delete',
    deleteMeans: 'Removes everything of this community from this node. Other members keep their copies.',
    deleteAsk: (name: string) => `Delete ${isolated(name)} from this node?`,
    deleteLast: 'Your node may hold the only copy. Export it first if you are not sure.',
    deleteField: (name: string) => `Type ${isolated(name)} to confirm`,
    deleted: (name: string) => `${isolated(name)} was deleted from this node.`,
  },
} as const;
