import { isolated } from '../../contract/foreign-text.ts';
import { capital, count, plural, spelled } from './format.ts';
import { of } from './ledger.ts';
import type { SetWords } from './ledger.ts';

/**
 * Shortens the hash of a vote to its last characters, which are enough to tell two apart: `finalise …a4x4q2`.
 */
const short = (vote: string) => vote.replace(/ bafy\S*(\S{6})$/, ' …$1');

/** Text on the validators: who signs, how many may fail, how the set is changed. */
export const validators = {
  list: {
    title: 'Validators',
    list: 'Validators',
    loading: 'Loading validators.',
    count: (present: number | null, all: number, quorum: number) =>
      present === null
        ? `${count(all)}, ${count(quorum)} must sign`
        : `${count(present)} of ${count(all)} ${all === 1 ? 'signs' : 'sign'}, ${count(quorum)} must`,
    you: 'you',
    presences: { signing: 'signs', silent: 'silent', unknown: 'not seen yet' },
    columns: {
      handle: 'Validator',
      presence: 'State',
      latency: 'Latency',
      signed: 'Signed',
      missed: 'Missed',
      last: 'Last vote',
    },
    never: 'never',
    peer: 'Node',
    bls: 'BLS key',
    identity: 'Identity',
    signedOf: (signed: number, all: number) => `${count(signed)} of the last ${plural(all, 'slot', 'slots')}`,
    unwatched: 'not observed yet',
    add: 'Add a validator',
    sign: 'Sign a change',
    card: 'Own card',
    remove: 'Remove',
    quorum: 'Change the quorum',
    last: 'The last validator cannot be removed. Add another first.',
    notValidating: 'Only validators change who signs. Give your card to one of them to be added.',
  },
  evidence: {
    title: 'Rule violations',
    means:
      'These validators signed two contradicting votes, which the rules forbid. The usual cause is two nodes with one key; it may be malice.',
    both: (first: string, second: string) => `signed both “${short(first)}” and “${short(second)}”`,
    where: 'in slot {slot} of epoch {epoch}, {when}' as const,
    save: 'Export the evidence',
    saved: (name: string, size: string) => `${name} is saved, ${size}.`,
    check:
      'Anyone can check the file with the genesis document alone: impulse ledger verify-evidence FILE --genesis FILE',
  },
  margin: {
    title: 'Quorum and margin',
    quorum: ({ validators: all, quorum }: SetWords) => {
      if (all === 1)
        return 'One validator signs alone: while it is away, blocks stop and posts go on. With four, one may fail.';
      const spare = all - quorum;
      const works = spare === 0 ? 'works only while all sign' : `works with ${spelled(spare)} lost`;
      return `Quorum ${count(quorum)} of ${count(all)}: ${works}; with ${spelled(spare + 1)} lost, blocks stop and posts go on.`;
    },
    now: (present: number, all: number) =>
      `Now ${of(present, all)} ${all === 1 ? 'validator' : 'validators'} ${present === 1 ? 'signs' : 'sign'}.`,
    unseen: 'No vote was seen yet, so it is not known which validators are present.',
    nextGood: (left: number) =>
      left === 0
        ? 'If one more is lost, blocks go on, and then none may fail.'
        : `If one more is lost, blocks go on, and ${spelled(left)} more may fail.`,
    nextStops: 'If one more is lost, blocks stop until one is back or replaced. Posts and chat go on.',
    missing: (n: number) =>
      `Blocks have stopped until ${n === 1 ? 'one silent validator is' : `${spelled(n)} silent validators are`} back. Nothing is lost: transactions wait.`,
    byzantine: (liars: number) =>
      liars === 0
        ? 'Byzantine fault model: validators may lie. With so few of them, none may.'
        : `Byzantine fault model: even if ${spelled(liars)} ${liars === 1 ? 'lies or signs' : 'lie or sign'} contradicting votes, there is one final block at each height.`,
    crash:
      'Crash fault model: validators may stop, but none may lie. One that signs contradicting votes could split the ledger.',
  },
  change: {
    addTitle: 'Add a validator',
    removeTitle: (handle: string) => `Remove ${isolated(handle)} from the validators`,
    quorumTitle: 'Change the quorum',
    signTitle: 'Sign a change of the validators',
    card: 'Validator card',
    cardHint:
      'The new validator copies it from “Own card” on their node, or prints it with: impulse validator keygen',
    cardFile: 'Choose a file',
    cardProblems: {
      unreadable: 'This is not a validator card. A card starts with { and holds did, peer, bls and pop.',
      known: 'This validator is already in the set, with the same key.',
      taken: 'Another validator has the same node or BLS key.',
      full: 'A set has at most 64 validators.',
    },
    stranger: 'not a member here',
    replaces: 'This validator is already in the set; the change sets its new key and node.',
    text: 'Change to sign',
    textHint: 'The text that another validator gave you. Its changes are shown before you sign.',
    textProblems: {
      unreadable: 'This is not a change of the validators. Copy the whole text.',
      stale: 'The validators have changed since, so this change is no longer valid. Ask for a new one.',
    },
    quorum: 'How many must sign from then on',
    quorumHint: (least: number) => `At least ${spelled(least)} for this fault model.`,
    quorumOption: (quorum: number, all: number) =>
      quorum === all
        ? `all ${count(all)}; none may be lost`
        : `${count(quorum)}; ${count(all - quorum)} may be lost`,
    what: 'What changes',
    joins: 'Joins:',
    leaves: 'Leaves:',
    renews: 'New key:',
    before: 'Now',
    after: 'After',
    rows: { validators: 'Validators', quorum: 'Must sign', spare: 'May be lost' },
    must: (quorum: number, all: number) =>
      quorum === 1
        ? 'Your signature is enough.'
        : `${capital(of(quorum, all))} of the present validators must sign this. Your signature is one.`,
    fewer: 'After this, fewer validators may be lost than now.',
    selfRemove: 'This is your own node. It stops signing blocks once the change is final.',
    absent: 'Bring the new validator’s node online first: it counts as lost until it signs.',
    go: 'Sign',
    signing: 'Signing.',
    remove: 'Sign the removal',
    cancel: 'Cancel',
    close: 'Close',
    collected: 'Signatures',
    of: (have: number, quorum: number) => `${count(have)} of ${count(quorum)} signatures`,
    handOver:
      'Give this text to another validator. They paste it under “Sign a change”, sign, and pass on the new text.',
    copy: 'Copy the text',
    copied: 'The text is copied.',
    notCopied: 'The browser did not allow copying. Select the text and copy it.',
    enough: 'A quorum has signed. The change was sent to the validators.',
    signed: 'signed',
    notYet: 'not yet',
  },
  card: {
    title: 'Your validator card',
    why: 'It names this node and its signing key, and proves that the node holds the key. It holds no secret. Give it to a validator, who adds you; from then on your node signs blocks.',
    loading: 'Loading the card.',
    copy: 'Copy the card',
    copied: 'The card is copied.',
    notCopied: 'The browser did not allow copying. Select the card and copy it.',
    save: 'Save as a file',
    saved: 'The card is saved.',
    already: 'This node is already a validator.',
    text: 'Card',
  },
};
