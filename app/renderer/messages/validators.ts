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
    loading: 'Asking who signs blocks.',
    count: (present: number | null, all: number, quorum: number) =>
      present === null
        ? `${count(all)}, ${count(quorum)} must sign`
        : `${count(present)} of ${count(all)} ${all === 1 ? 'signs' : 'sign'}, ${count(quorum)} must`,
    you: 'you',
    presences: { signing: 'signs', silent: 'silent', unknown: 'not heard yet' },
    columns: {
      handle: 'Validator',
      presence: 'State',
      latency: 'Latency',
      signed: 'Signed',
      missed: 'Missed',
      last: 'Last vote',
    },
    ms: (value: number) => `${count(Math.round(value))} ms`,
    never: 'never',
    peer: 'Node',
    bls: 'BLS key',
    identity: 'Identity',
    signedOf: (signed: number, all: number) => `${count(signed)} of the last ${plural(all, 'slot', 'slots')}`,
    unwatched: 'nobody watched yet',
    add: 'Add a validator',
    sign: 'Sign a change',
    card: 'Own card',
    remove: 'Remove',
    quorum: 'Change the quorum',
    last: 'The last validator cannot be removed. Add another first.',
    notValidating: 'Only validators change who signs. Give your card to one of them to be added.',
  },
  evidence: {
    title: 'Broken rules',
    means:
      'These validators signed two things that no validator that keeps the rules signs both. Mostly two nodes run with one key; it may be malice.',
    both: (first: string, second: string) => `signed both “${short(first)}” and “${short(second)}”`,
    where: (epoch: number, slot: number) => `in slot ${count(slot)} of epoch ${count(epoch)}`,
    save: 'Export the evidence',
    saved: (name: string, size: string) => `${name} is saved, ${size}.`,
    check:
      'Anyone can check the file with the genesis document alone: impulse ledger verify-evidence FILE --genesis FILE',
  },
  margin: {
    title: 'Quorum and margin',
    quorum: ({ validators: all, quorum }: SetWords) => {
      if (all === 1)
        return 'One validator signs alone: while it is away, blocks stand still, posts go on. With four, one may be lost.';
      const spare = all - quorum;
      const works = spare === 0 ? 'works only while all sign' : `works with ${spelled(spare)} lost`;
      return `Quorum ${count(quorum)} of ${count(all)}: ${works}; with ${spelled(spare + 1)} lost, blocks stand still, posts go on.`;
    },
    now: (present: number, all: number) =>
      `Now ${of(present, all)} ${all === 1 ? 'validator' : 'validators'} ${present === 1 ? 'signs' : 'sign'}.`,
    unseen: 'Nobody’s vote was seen yet, so it is not known who is there.',
    nextGood: (left: number) =>
      left === 0
        ? 'If one more is lost, blocks go on, and then none may fail.'
        : `If one more is lost, blocks go on, and ${spelled(left)} more may fail.`,
    nextStops: 'If one more is lost, blocks stand still until one is back or replaced. Posts and chat go on.',
    missing: (n: number) =>
      `Blocks stand still until ${n === 1 ? 'one of the silent is' : `${spelled(n)} of the silent are`} back. Nothing is lost: what was sent waits.`,
    byzantine: (liars: number) =>
      liars === 0
        ? 'Fault model byzantine: counted against validators that lie. With so few, none may.'
        : `Fault model byzantine: even if ${spelled(liars)} ${liars === 1 ? 'lies or signs' : 'lie or sign'} two things at once, there is one final block at each height.`,
    crash:
      'Fault model crash: validators may stop, and none may lie. One that signs two things at once could split the ledger.',
  },
  change: {
    addTitle: 'Add a validator',
    removeTitle: (handle: string) => `Remove ${handle} from the validators`,
    quorumTitle: 'Change the quorum',
    signTitle: 'Sign a change of the validators',
    card: 'Validator card',
    cardHint:
      'Who is to sign blocks copies it from “Own card” on their node, or prints it with: impulse validator keygen',
    cardFile: 'Choose a file',
    cardProblems: {
      unreadable: 'This is not a validator card. It begins with { and holds did, peer, bls and pop.',
      known: 'This one is a validator already, with the same key.',
      taken: 'Another validator has the same node or BLS key.',
      full: 'A set has 64 validators at most.',
    },
    stranger: 'not a member here',
    replaces: 'This one is a validator already; the change gives it the new key and node.',
    text: 'Change to sign',
    textHint: 'The text that another validator handed you. What it changes is shown before you sign.',
    textProblems: {
      unreadable: 'This is not a change of the validators. Copy the whole text.',
      stale: 'The validators have changed since; this change counts for nothing. Ask for a new one.',
    },
    quorum: 'How many must sign from then on',
    quorumHint: (least: number) => `At least ${spelled(least)} for this fault model.`,
    quorumOption: (quorum: number, all: number) =>
      quorum === all
        ? `all ${count(all)}; none may be lost`
        : `${count(quorum)}; ${count(all - quorum)} may be lost`,
    what: 'What changes',
    joins: 'Joins',
    leaves: 'Leaves',
    renews: 'New key',
    before: 'Now',
    after: 'Then',
    rows: { validators: 'Validators', quorum: 'Must sign', spare: 'May be lost' },
    must: (quorum: number, all: number) =>
      quorum === 1
        ? 'Your signature is enough.'
        : `${capital(of(quorum, all))} of the present validators must sign this. Your signature is one.`,
    fewer: 'After this, fewer validators may be lost than now.',
    selfRemove: 'This is your own node. It will sign no more blocks once the change is final.',
    absent: 'Bring the newcomer’s node on line first: it counts as lost until it signs.',
    go: 'Sign',
    signing: 'Signing.',
    remove: 'Sign the removal',
    cancel: 'Cancel',
    close: 'Close',
    collected: 'Signatures',
    of: (have: number, quorum: number) => `${count(have)} of ${count(quorum)} signatures`,
    handOver:
      'Hand this text to another validator. They paste it under “Sign a change”, sign, and hand on what comes out.',
    copy: 'Copy the text',
    copied: 'The text is copied.',
    notCopied: 'The browser did not let the text be copied. Select it and copy it by hand.',
    enough: 'A quorum signed. The change is with the validators.',
    signed: 'signed',
    notYet: 'not yet',
  },
  card: {
    title: 'Your validator card',
    why: 'It names this node and its signing key, and proves that the node holds the key. It holds no secret. Give it to a validator; they add you, and from then on your node signs blocks.',
    loading: 'Asking for the card.',
    copy: 'Copy the card',
    copied: 'The card is copied.',
    notCopied: 'The browser did not let the card be copied. Select it and copy it by hand.',
    save: 'Save as a file',
    saved: 'The card is saved.',
    already: 'This node is a validator already.',
    text: 'Card',
  },
};
