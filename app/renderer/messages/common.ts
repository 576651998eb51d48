import { isolated } from '../../contract/foreign-text.ts';
import { count, left, listed, plural } from './format.ts';

const roles = {
  sysop: 'sysop',
  'co-sysop': 'co-sysop',
  moderator: 'moderator',
  member: 'member',
  guest: 'guest',
};

/** A claimed name is cut here, so that it does not hide who imported the message. */
const MAX_CLAIMED = 60;
const shortened = (name: string): string =>
  name.length > MAX_CLAIMED ? `${name.slice(0, MAX_CLAIMED).toWellFormed()}…` : name;

/** Text that several rooms share. */
export const common = {
  appName: 'Impulse Console',
  brand: 'impulse',
  loading: 'Loading.',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  next: 'Next',
  tryAgain: 'Try again',
  /** A label of something that may be left empty. */
  optionalLabel: (label: string) => `${label} (optional)`,
  /** A label in front of what it names. */
  label: (label: string) => `${label}:`,
  /** A figure with a remark. */
  remarked: (figure: string, remark: string) => `${figure}, ${remark}`,
  /** The tooltip of a figure in a chart. */
  tip: (label: string, figures: readonly string[]) => `${label} · ${listed(figures)}`,
  /** A failure and its remedy, in one paragraph. */
  problem: (message: string, remedy: string | null) => (remedy === null ? message : `${message} ${remedy}`),
  roles,
  roleName: (role: keyof typeof roles | null) => (role === null ? 'no role' : roles[role]),
  finality: {
    local: { word: 'here only', means: 'So far only this node holds it.' },
    gossiped: { word: 'sent', means: 'At least one peer has acknowledged it.' },
    replicated: (copies: number) => ({
      word: plural(copies, 'peer', 'peers'),
      means: `${plural(copies, 'peer holds', 'peers hold')} it.`,
    }),
    certified: (block: number) => ({
      word: 'certified',
      means: `A quorum of the validators held it when they signed block ${count(block)}.`,
    }),
  },
  progress: (done: number, total: number | null, perSecond: number, etaSeconds: number | null) =>
    [
      total === null ? count(done) : `${count(done)} of ${count(total)}`,
      perSecond > 0 ? `${count(Math.round(perSecond))} per second` : null,
      etaSeconds === null ? null : left(etaSeconds),
    ]
      .filter((part) => part !== null)
      .join(', '),
  severity: { info: 'Information', attention: 'Needs you', danger: 'Danger' },
  peers: (value: number) => plural(value, 'peer', 'peers'),
  posts: (value: number) => plural(value, 'post', 'posts'),
  /** In place of the sender of an imported message that has none. */
  unnamed: 'no name',
  importedBy: (author: string) => `imported by ${isolated(author)}`,
  /** The author of a message in one text; for an imported one, the name that its author claims and the importer. */
  byline: (author: string, sourceName: string | null) =>
    sourceName === null
      ? isolated(author)
      : `${sourceName === '' ? common.unnamed : isolated(shortened(sourceName))}, ${common.importedBy(author)}`,
};
