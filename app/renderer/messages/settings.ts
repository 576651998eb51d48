import { isolated } from '../../contract/foreign-text.ts';
import type { ExportCounts, ImportCounts } from '../../contract/index.ts';
import { count, listed, plural } from './format.ts';

/** Text of the settings room. */
export const settings = {
  sections: {
    appearance: 'Appearance',
    community: 'Community and node',
    own: 'This community',
    features: 'Features',
    network: 'Network',
    storage: 'Storage',
    desktop: 'Desktop',
    identity: 'Recovery phrase',
    care: 'Backup and care',
    archive: 'Archives',
  },
  /** Settings that have rooms of their own. */
  elsewhere: { members: 'Members and roles', moderation: 'Moderation' },
  elsewhereHint: 'in its own room',
  list: 'Sections of the settings',
  loading: 'Loading settings.',
  saved: (name: string) => `${name}: saved, in effect now.`,
  saving: (name: string) => `${name}: saving.`,
  notSaved: (name: string, why: string) => `${name}: not saved. ${why}`,
  atLeast: (least: number) => `The minimum is ${count(least)}.`,
  atMost: (most: number) => `The maximum is ${count(most)}.`,
  number: 'Enter a whole number.',
  sysopOnly: 'Only the sysop can change this.',
  desktopOnly: 'These apply only to the desktop program.',
  appearance: {
    theme: 'Theme',
    themeHint: 'In every theme, all text has a contrast of at least 7:1.',
    themes: { system: 'Follow the system', dark: 'Dark', light: 'Light', contrast: 'High contrast' },
    density: 'Density',
    densityHint: 'Height of rows and text.',
    densities: { dense: 'Dense', comfortable: 'Comfortable', large: 'Large targets' },
    motion: 'Motion',
    motionHint: 'Short animations that show where something came from.',
    motions: { system: 'Follow the system', none: 'None' },
    sample: 'A sample panel, badge and key.',
  },
  own: {
    why: (name: string) =>
      `These settings apply to ${isolated(name)} alone. Each follows the node until you give the community its own value.`,
    source: (label: string) => `${label}: as the node, or its own value`,
    asNode: (value: string) => `As the node: ${value}`,
    ownValue: 'Its own value',
    space: 'Space used',
    used: (used: string) => `${used} used, no limit.`,
    usedOf: (used: string, quota: string) => `${used} of ${quota}`,
    nearlyFull: 'nearly full',
    featuresHint: 'Which features run in this community. The section “Features” sets this for the node.',
    without: (names: readonly string[]) => (names.length === 0 ? 'all on' : `without ${listed(names)}`),
  },
  features: {
    why: 'Turn off what you do not use. It holds for all communities of this node that have no choice of their own. Other members see no difference, and nothing is lost: entries still arrive and are passed on, and a feature that is turned on again shows them.',
    names: {
      archive: {
        label: 'Archives',
        means: 'Imports of old mail and exports stop. Posts that were imported stay.',
      },
      boards: {
        label: 'Boards',
        means:
          'The boards, their search and the review of posts are gone from the console, and archives with them.',
      },
      calls: {
        label: 'Calls',
        means: 'The rooms are gone from the console, and this node neither hosts nor joins calls.',
      },
      chat: {
        label: 'Chat',
        means: 'The room and the list of who is online are gone, and others do not see that you are here.',
      },
      files: {
        label: 'Files',
        means: 'No file is stored or fetched. Boards, review and archives need it, so they are off as well.',
      },
      review: {
        label: 'Review',
        means: 'Held messages are not reviewed here, and rulings of others have no effect on this node.',
      },
    },
    on: 'on',
    off: 'off',
  },
  fields: {
    'community.name': { label: 'Community name', hint: 'Shown to every member and in new invites.' },
    'community.description': { label: 'Description', hint: 'One sentence for newcomers.' },
    'node.name': { label: 'Node name', hint: 'The name of this machine in other nodes’ lists.' },
    'network.listen': {
      label: 'Listen on',
      hint: 'With “Only this machine”, no other machine can dial this node; it still dials others. With “No network”, it does neither: you read and write here, and nothing is sent until you change this.',
      options: { off: 'No network', loopback: 'Only this machine', everywhere: 'All its networks' },
    },
    'network.port': {
      label: 'Port for peers (TCP and UDP)',
      hint: 'The port to forward in the router, for both protocols. 0 lets the system choose.',
    },
    'network.webSocketPort': {
      label: 'Port for peers (WebSocket)',
      hint: 'For peers behind networks that allow only web traffic. 0 lets the system choose.',
    },
    'network.announce': {
      label: 'Addresses others dial',
      hint: 'For a forwarded port or a DNS name: 192.0.2.7, bbs.example.org:4001 or [2001:db8::7]:4001. One per line, at most four. Ctrl+Enter saves.',
    },
    'network.portMapping': {
      label: 'Ask the router to forward the ports',
      hint: 'Uses PCP, NAT-PMP or UPnP; most home routers support one of them.',
    },
    'network.relay': {
      label: 'Relay for members',
      hint: 'Carries connections for members who cannot be dialled. Uses upload bandwidth while they talk.',
    },
    'network.holePunching': {
      label: 'Direct connections through routers',
      hint: 'Connects directly through the routers of both sides if they allow it; a relay only sets up the connection.',
    },
    'network.localDiscovery': {
      label: 'Find peers on the local network',
      hint: 'Announces this node to machines on the same network. Leave it off in a café.',
    },
    'network.maxConnections': {
      label: 'Maximum connections',
      hint: 'Half of them are reserved for members. Further peers are asked to try again later.',
      unit: 'peers',
    },
    'storage.quotaBytes': {
      label: 'Space for a community',
      hint: 'The most that its database and attachments may take together. At this limit the community can be read but takes nothing new. Leave it empty for no limit.',
      unit: 'GB',
      none: 'no limit',
    },
    'storage.fileBudgetBytes': {
      label: 'Space for attachments',
      hint: 'Beyond this, the oldest are dropped here and fetched from peers when someone opens them.',
      unit: 'GB',
    },
    'storage.maxFileBytes': {
      label: 'Largest file from a member',
      hint: 'Larger ones are refused with a reason. At most 16 MB.',
      unit: 'MB',
    },
    'storage.backups': {
      label: 'Backups kept',
      hint: 'A new backup replaces the oldest one.',
      unit: 'files',
    },
    'desktop.closeToTray': {
      label: 'Closing the window keeps the node running',
      hint: 'It stays in the tray, so that members can still reach it.',
    },
    'desktop.startAtLogin': { label: 'Start when you log in', hint: 'The node starts without a window.' },
  },
  identity: {
    why: 'The 24 words that restore your identity if you lose this machine. Anyone who reads them can act as you.',
    show: 'Show the words',
    hide: 'Hide the words',
    confirmed: 'You have confirmed that you wrote them down.',
    unconfirmed: 'You have not confirmed yet that you wrote them down.',
    did: 'Your identity',
    check: 'Check what you wrote',
    passphrase: 'Passphrase of this node',
  },
  care: {
    backups: 'Backups',
    backupsWhy:
      'A copy of the whole database, made while the node runs. It does not contain keys: keep your recovery phrase.',
    backupNow: 'Back up now',
    backingUp: 'Copying the database.',
    backedUp: (size: string, path: string) => `Backed up ${size} to ${path}.`,
    none: 'No backup has been made yet.',
    file: 'File',
    size: 'Size',
    when: 'When',
    verify: 'Verify and rebuild',
    verifyWhy:
      'Verify checks the file, every event’s hash and signature, and that what is shown matches the log. Rebuild computes everything shown from the log again.',
    verifyNow: 'Verify',
    verifyDeep: 'Verify every signature',
    rebuild: 'Rebuild',
    verifying: 'Verifying. You can go on reading.',
    rebuilding: 'Rebuilding. Lists may be incomplete until this is done.',
    sound: (events: number) => `Sound. ${plural(events, 'event', 'events')} checked, no faults.`,
    faulty: (faults: number) => `${plural(faults, 'fault', 'faults')} found.`,
    faultRemedy:
      'Rebuild. If faults remain, restore the newest backup with the command line: impulse restore.',
    rebuildAsk: 'Rebuild what this node shows?',
    rebuildAskWhy:
      'Nothing is lost: the log does not change. In a large community this takes some minutes, during which lists fill again.',
    elapsed: (seconds: number) => `${count(seconds)} s so far`,
    posts: 'Posts',
    members: 'Members',
    events: 'Events',
    logDigest: 'Log digest',
    stateDigest: 'State digest',
    digestMeans: 'Equal on two nodes that hold and show the same data.',
  },
  archive: {
    import: 'Import an archive',
    importWhy:
      'Mail and forum archives become threads. Duplicates are recognised and skipped; whatever is left out is listed.',
    board: 'Into the board',
    file: 'File on this machine',
    choose: 'Choose a file',
    orPath: 'Or its path on the node’s machine',
    pathHint: 'For large archives and maildir folders, which are read in place.',
    format: 'Format',
    formats: { auto: 'Detect from the data', mbox: 'mbox', maildir: 'maildir', jsonl: 'JSON Lines' },
    importNow: 'Import',
    noBoards: 'There are no boards yet. Create one first.',
    noSource: 'Choose a file or enter a path.',
    chosen: (name: string, size: string) => `${isolated(name)}, ${size}`,
    export: 'Export',
    exportWhy: 'Writes posts to a file on the node’s machine, readable by mail programs or line by line.',
    from: 'From',
    allBoards: 'All boards',
    path: 'File to write',
    exportNow: 'Export',
    demo: 'Demo content',
    demoWhy: 'Boards and threads from several thousand public mails of 2002, as sample content.',
    demoNow: 'Add demo content',
    jobs: 'Jobs',
    noJobs: 'No import or export has run since the node started.',
    states: { running: 'running', done: 'done', cancelled: 'cancelled', failed: 'failed' },
    counts: ({ read, imported, raw, duplicates, broken }: ImportCounts) =>
      `${count(read)} read, ${count(imported)} imported${raw > 0 ? ` (${count(raw)} as raw text)` : ''}, ${count(duplicates)} duplicates, ${count(broken)} left out`,
    exported: ({ written, waiting, held, deleted, filesMissing }: ExportCounts) => {
      const left = [
        ...(waiting > 0 ? [`${count(waiting)} not judged yet`] : []),
        ...(held > 0 ? [`${count(held)} held back`] : []),
        ...(deleted > 0 ? [`${count(deleted)} deleted`] : []),
        ...(filesMissing > 0 ? [`${count(filesMissing)} attachments that are not on this node`] : []),
      ];
      const posts = `${count(written)} posts written`;
      return left.length === 0 ? posts : `${posts}; left out: ${left.join(', ')}`;
    },
    showIssues: (issues: number) => `Show ${count(issues)} to look at`,
    hideIssues: 'Hide them',
    issue: (message: number | null, place: string) =>
      message === null ? isolated(place) : `Message ${count(message)}, ${isolated(place)}`,
    outcomes: { 'left-out': 'left out', raw: 'kept as raw text', kept: 'kept' },
    moreIssues: (more: number) => `${count(more)} more; “impulse import … --dry-run” lists all of them.`,
    namedBoards: 'The boards that the archive names',
    dryRun: 'Try without storing',
    keepOriginals: 'Keep the mails as they came',
    keepOriginalsMeans:
      'On this node alone, with the addresses of their senders, so that a later release can read them again.',
    readSoFar: 'Read so far',
    cancel: 'Cancel',
    cancelNamed: (title: string) => `Cancel ${isolated(title)}`,
    started: (title: string) => `${isolated(title)}: started. Its progress is under Jobs.`,
    notStarted: (why: string) => `Not started. ${why}`,
  },
} as const;
