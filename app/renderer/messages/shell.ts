import { bytes, count, plural } from './format.ts';

/** Text of the shell: header, navigation, bottom line, palette. */
export const shell = {
  rooms: {
    overview: 'Overview',
    boards: 'Boards',
    chat: 'Chat',
    members: 'Members',
    review: 'Review',
    moderation: 'Moderation',
    ledger: 'Ledger',
    federation: 'Federation',
    settings: 'Settings',
    onboarding: 'Welcome',
    missing: 'No such place',
  },
  title: (room: string, community: string | null) =>
    community === null ? `${room} · Impulse Console` : `${room} · ${community} · Impulse Console`,
  skip: 'Skip to the content',
  navigation: 'Rooms',
  stateOfNode: 'State of this node',
  keysHere: 'Keys of this view',
  goTo: (room: string) => `Go to ${room}`,
  everything: 'everything',
  search: 'search',
  keysOfView: 'keys of this view',
  nextTheme: 'Switch to the next theme',
  showPhrase: 'Recovery phrase',
  backups: 'Backups, verify and rebuild',
  importArchive: 'Import or export an archive',
  unread: (value: number) => `${count(value)} unread`,
  toReview: (value: number) => `${plural(value, 'item', 'items')} to review`,
  needs: (value: number) => `${plural(value, 'thing needs', 'things need')} you`,
  place: (handle: string, role: string | null, node: string) =>
    `${role === null || role === 'member' ? '' : `${role} `}${handle} · node ${node}`,
  reach: {
    direct: { word: 'Reachable', means: 'Other nodes can dial this one directly.', tone: 'green' },
    relayed: { word: 'Reachable by relay', means: 'Other nodes come in through a relay.', tone: 'green' },
    private: {
      word: 'Not reachable',
      means: 'Nodes outside cannot dial this one; it can dial them.',
      tone: 'amber',
    },
    unknown: {
      word: 'Reachability not tested',
      means: 'No member outside has dialled this node back yet.',
      tone: 'soft',
    },
    offline: { word: 'Offline', means: 'This node has no network.', tone: 'red' },
  },
  stages: {
    members: 'Fetching members',
    newest: 'Fetching newest posts',
    history: 'Filling in history',
    files: 'Fetching files',
  },
  syncShort: (stage: string, done: number, total: number | null) =>
    total === null
      ? `${stage}, ${count(done)}`
      : `${stage}, ${Math.floor((done / Math.max(1, total)) * 100)}%`,
  upToDate: 'up to date',
  connecting: 'Connecting to the node.',
  lost: 'The console has lost its node.',
  lostRemedy:
    'What you see is as it was at that moment. It reconnects by itself as soon as the node answers.',
  failed: 'The console cannot reach its node.',
  failedRemedy: 'Start the node, or open the console with the address it printed.',
  phases: {
    starting: 'The node is starting. It can be read and not written yet.',
    repairing:
      'The node is rebuilding what it shows from its log. Nothing is lost; lists may be incomplete until it is done.',
    degraded: 'The node can be read and not written. The overview says why.',
    stopping: 'The node is stopping.',
  },
  crashed: 'This view has failed.',
  crashedRemedy:
    'The rest of the console goes on. Open the view again; if it fails again, report the words below.',
  openAgain: 'Open it again',
  settled: (community: string) => `This node already belongs to ${community}.`,
  settledRemedy:
    'An invite to another community needs a node of its own: start one with another data directory.',
  missing: 'There is no such place in this console.',
  missingRemedy: 'The link may come from a newer version. The overview is a good place to go on from.',
  toOverview: 'Go to the overview',
  menu: 'Rooms',
  palette: {
    title: 'Everything',
    label: 'Type an action, a board, or words from a post',
    found: 'What was found',
    actions: 'Actions',
    boards: 'Boards',
    posts: 'Posts',
    nothing: 'Nothing matches. Two letters or more also search all posts.',
    searching: 'Searching posts.',
    searchFailed: (message: string) => `Posts could not be searched: ${message}`,
    in: (board: string, author: string) => `${board}, by ${author}`,
    foot: 'Arrows choose, Enter goes, Escape closes.',
  },
  keys: {
    title: 'Keys of this view',
    here: 'In this view',
    everywhere: 'Everywhere',
    lists: 'In lists',
    listKeys: [
      ['j', 'or arrow down: next row'],
      ['k', 'or arrow up: row above'],
      ['home', 'first row'],
      ['end', 'last row'],
      ['enter', 'open the row'],
    ],
  },
  bytesPerSecond: (value: number) => `${bytes(value)}/s`,
} as const;
