import { isolated } from '../../contract/foreign-text.ts';
import { capital, count, plural, spelled } from './format.ts';

/** “all four”, “three of four”: the number that sign, out of all. */
export const of = (some: number, all: number) =>
  some === all ? `all ${spelled(all)}` : `${some === 0 ? 'none' : spelled(some)} of ${spelled(all)}`;
const validatorsOf = (n: number) => (n === 1 ? 'validator' : 'validators');
const moreMayFail = (margin: number, more: boolean) =>
  margin === 0 ? 'none may fail' : `${spelled(margin)} ${more ? 'more ' : ''}may fail`;

/** The parameters of a validator set that sentences mention. */
export interface SetWords {
  readonly validators: number;
  readonly quorum: number;
}

/** Text of the ledger room. */
export const ledger = {
  title: 'Ledger',
  doing: 'Viewing the ledger',
  again: 'Try again',
  loading: 'Loading the ledger.',
  stale: 'The connection to the node is lost. This is the last known state.',
  parts: 'Parts of the ledger',
  tabs: { blocks: 'Blocks', transactions: 'Transactions', validators: 'Validators' },
  keys: {
    blocks: 'blocks',
    transactions: 'transactions',
    validators: 'validators',
    give: 'give credits',
    find: 'find a transaction',
    proof: 'export proof',
    back: 'back to the list',
    add: 'add a validator',
    remove: 'remove this validator',
    sign: 'sign a change',
    card: 'own card',
    recover: 'execute all blocks again',
  },
  says: {
    lead: {
      halted: 'The ledger is halted on this node.',
      stopped: 'Blocks have stopped.',
      empty: 'No block yet.',
      busy: (waiting: number) => `${capital(spelled(waiting))} pending.`,
      final: 'All final.',
    },
    halted: (height: number) =>
      `At block ${count(height)} this node computed a different result from the one the validators signed.`,
    stopped: (present: number, { validators: all, quorum }: SetWords) =>
      `${capital(of(present, all))} ${validatorsOf(all)} ${present === 1 ? 'signs' : 'sign'} and ${spelled(quorum)} must. New transactions wait; posts and chat go on.`,
    empty: ({ validators: all, quorum }: SetWords) =>
      all === 1
        ? 'The first transaction makes the first block, and one validator signs it.'
        : `The first transaction makes the first block; ${of(quorum, all)} validators must sign it.`,
    alone: (height: number, mine: boolean) =>
      `Block ${count(height)}, signed by ${mine ? 'this node' : 'one validator'} alone; while it is away, blocks stop.`,
    signing: (height: number, present: number, all: number, margin: number) =>
      margin === 0
        ? `Block ${count(height)}, ${of(present, all)} validators signing; if one ${present < all ? 'more ' : ''}fails, blocks stop.`
        : `Block ${count(height)}, ${of(present, all)} validators signing; ${moreMayFail(margin, present < all)}.`,
    unseen: (height: number, { validators: all, quorum }: SetWords) =>
      `Block ${count(height)}; ${of(quorum, all)} validators must sign, ${moreMayFail(all - quorum, false)}.`,
    validating: 'This node is a validator: it signs blocks.',
    watching: 'This node is not a validator: it checks every block and signs none.',
    joining: ({ height, parts, of: all }: { height: number; parts: number; of: number }) =>
      `The state at block ${count(height)} is being fetched: ${count(parts)} of ${plural(all, 'part', 'parts')} ${parts === 1 ? 'is' : 'are'} here.`,
    filling: (from: number) =>
      `Blocks below ${count(from)} are still being fetched and cannot be looked up here yet.`,
    last: 'Last block {when}.' as const,
  },
  facts: {
    label: 'Ledger in figures',
    transactions: 'Transactions',
    quorum: 'Must sign',
    quorumOf: (quorum: number, all: number) => `${count(quorum)} of ${count(all)}`,
    credits: 'You hold',
    noAccount: 'no account',
    snapshot: 'Snapshot',
    none: 'none',
  },
  strip: {
    title: 'Block in progress',
    list: 'Who has signed the block in progress',
    slot: (slot: number) => `slot ${count(slot)}`,
    waiting: 'waits',
    silent: 'silent',
    halted: 'This node takes no part while its ledger is halted.',
    states: { open: 'not yet', notarised: 'notarised', finalised: 'finalised', nullified: 'skipped' },
    leads: 'leader',
    idle: 'No block is in progress. The next one starts when someone sends a transaction.',
    nobody: 'This node has no news of the block in progress.',
    proposed: (height: number, transactions: number, leader: string) =>
      `${isolated(leader)} proposes block ${count(height)} with ${plural(transactions, 'transaction', 'transactions')}.`,
    notarised: (n: number, quorum: number) =>
      `${capital(n === 0 ? 'none' : spelled(n))} notarised it; ${spelled(quorum)} must, then they finalise.`,
    finalising: (n: number, quorum: number) =>
      `${capital(spelled(n))} finalised it; ${spelled(quorum)} must.`,
    final: (n: number) => `${capital(spelled(n))} finalised it: final.`,
    skipped: (n: number, quorum: number) =>
      `${capital(spelled(n))} ${n === 1 ? 'skips' : 'skip'} this slot; with ${spelled(quorum)} the next one leads.`,
  },
  blocks: {
    title: 'Blocks',
    list: 'Blocks, newest first',
    loading: 'Loading blocks.',
    empty: 'There are no blocks yet.',
    emptyHint: 'A block is made when there is a transaction: a handle, a role, credits.',
    newer: (n: number) => plural(n, 'newer block', 'newer blocks'),
    columns: { height: 'Block', when: 'When', transactions: 'Txs', proposer: 'Proposed by', hash: 'Hash' },
    earlier: 'a former validator',
  },
  block: {
    title: (height: number) => `Block ${count(height)}`,
    loading: 'Loading the block.',
    final: 'final',
    finalMeans: 'A quorum of the validators signed it.',
    when: 'When',
    proposer: 'Proposed by',
    slot: 'Epoch, slot',
    slotOf: (epoch: number, slot: number) => `${count(epoch)}, ${count(slot)}`,
    hash: 'Hash',
    hashes: 'Hashes',
    parent: 'Parent',
    first: 'the genesis document',
    root: 'Transaction root',
    state: 'State root',
    transactions: 'Transactions',
    none: 'This block holds no transactions.',
    toParent: (height: number) => `Go to block ${count(height)}`,
  },
  transactions: {
    title: 'Transactions',
    list: 'Transactions, newest first',
    loading: 'Loading transactions.',
    empty: 'There are no transactions yet.',
    emptyHint: 'Credits, handles and roles appear here.',
    emptyOf: (handle: string) => `${isolated(handle)} has sent no transactions.`,
    find: 'Find a transaction',
    placeholder: 'Handle, kind, id or block',
    of: (handle: string) => `of ${isolated(handle)}`,
    emptyKind: 'There are no transactions of this kind.',
    nobody: 'This matches no member, kind or id.',
    nobodyHint:
      'A kind is a name such as credit.transfer or “Credits given”. An id starts with bafy, an identity with did:key:z. A number is the height of a block.',
    isId: 'This is the id of a transaction or the hash of a block.',
    openId: 'Show it',
    isBlock: (height: number) => `${count(height)} is the height of a block.`,
    openBlock: (height: number) => `Show block ${count(height)}`,
    which: 'Several members match.',
    more: (n: number) => `and ${plural(n, 'more', 'more')}`,
    columns: { kind: 'What', account: 'By', block: 'Block', when: 'When' },
  },
  transaction: {
    title: 'Transaction',
    pick: 'Choose a transaction to see its content.',
    loading: 'Loading the transaction.',
    final: 'final',
    waits: 'waits',
    finalIn: (height: number) => `Final in block ${count(height)}`,
    finalMeans: '{block}. A quorum of the validators signed it. Nobody can change it.' as const,
    waitsMeans: 'The validators have it, but no block holds it yet.',
    kind: 'Kind',
    by: 'By',
    nonce: 'Number',
    nonceMeans: (nonce: number) => `${count(nonce)} of this account`,
    when: 'When',
    place: 'Block',
    placeIn: (height: number, place: number) => `${count(height)}, place ${count(place)}`,
    id: 'Id',
    body: 'Content',
    about: 'Details',
    proofTitle: 'Proof',
    proof: 'Export proof',
    proofWhy:
      'The proof is a file that shows anyone that this transaction is final, without this node and without a network.',
    check: 'To check it:',
    single: 'Single signatures',
    genesis: 'Genesis document',
    exported: (name: string, size: string) => `${isolated(name)} is saved, ${size}.`,
    notYet: 'A proof is available once it is final.',
    copyId: 'Copy the id',
    copied: 'The id is copied.',
    notCopied: 'The browser did not allow copying.',
  },
  kinds: {
    'credit.transfer': 'Credits given',
    'handle.register': 'Handle registered',
    'handle.transfer': 'Handle transferred',
    'device.add': 'Device added',
    'device.revoke': 'Device revoked',
    'device.rotate': 'Device key changed',
    'account.recover': 'Account recovered',
    'role.grant': 'Role granted',
    'role.revoke': 'Role revoked',
    'member.ban': 'Member banned',
    'member.lift': 'Ban lifted',
    'validators.change': 'Validators changed',
    'parameters.change': 'Parameters changed',
  } as Readonly<Record<string, string>>,
  fields: {
    to: 'To',
    amount: 'Amount',
    memo: 'Memo',
    handle: 'Handle',
    member: 'Member',
    role: 'Role',
    reason: 'Reason',
    until: 'Until',
    device: 'Device',
    name: 'Name',
    root: 'New root key',
    proof: 'Proof of the new key',
    set: 'New validators',
    bitmap: 'Signers',
    signature: 'Signature',
  } as Readonly<Record<string, string>>,
  brief: (what: string | null, who: string | null) =>
    what !== null && who !== null ? `${isolated(what)} to ${isolated(who)}` : isolated(what ?? who ?? ''),
  forever: 'until it is lifted',
  none: 'none',
  give: {
    title: 'Give credits',
    to: 'To',
    toHint: 'A member, by handle.',
    person: (role: string, did: string) => `${role}, …${did.slice(-8)}`,
    nobody: 'No member has a matching handle.',
    needsTo: 'Choose a member.',
    amount: 'Amount',
    have: (amount: number) => `You hold ${count(amount)}. The transfer is free.`,
    amountProblems: {
      empty: 'Enter an amount.',
      whole: 'Enter a whole number of at least 1, in digits.',
      over: (have: number) => `You hold ${count(have)}.`,
    },
    memo: 'Memo (everyone can read it)',
    memoHint: 'Up to 140 characters.',
    next: 'Next',
    back: 'Back',
    cancel: 'Cancel',
    close: 'Close',
    sure: (amount: number, credit: string, handle: string) =>
      `Give ${isolated(handle)} ${count(amount)} ${isolated(credit)}?`,
    gave: (amount: number, credit: string, handle: string) =>
      `${count(amount)} ${isolated(credit)} to ${isolated(handle)}`,
    keep: (left: number) => `You keep ${count(left)}. Once it is final, nobody can take it back.`,
    go: 'Give',
    sending: 'Signing and sending.',
    noAccount: 'You have no account in this ledger yet.',
    noAccountWhy: 'A moderator opens it by giving you a role. Then you can hold and give credits.',
    nothing: 'You hold no credits.',
    nothingWhy: 'Someone has to give you some first.',
    another: 'Give more',
  },
  follow: {
    title: 'Progress',
    sent: 'Signed and sent to the validators.',
    waits: 'Waiting for a block.',
    slow: 'Still waiting. The validators keep it; you can close this and look under Transactions.',
    stands: 'Blocks have stopped. It becomes final when enough validators are back.',
    finalTook: (height: number, took: string) =>
      `Final in block ${count(height)}, ${took} after it was sent.`,
    seconds: (value: string) => `${value} s`,
    milliseconds: (value: number) => `${count(value)} ms`,
    gone: 'It is no longer available on this node: another transaction of yours replaced it, or it was refused.',
    show: 'Show the transaction',
  },
  halt: {
    title: (height: number) => `The ledger is halted at block ${count(height)}.`,
    codes: {
      'wrong-state-root':
        'The validators signed a block whose state root differs from the one this node computed. This node has stored nothing of the block and has stopped executing.',
      'quorum-conflict':
        'Two quorums of validators signed different blocks at one height: more validators broke the rules than the fault model allows. This node has stopped executing. Talk to the others before you do anything.',
      diverged:
        'The validators signed a block that this node cannot accept. It has stored nothing of the block and has stopped executing.',
    } as Readonly<Record<string, string>>,
    other: (code: string) =>
      `The validators signed a block that this node cannot execute (${code}). It has stored nothing of the block and has stopped executing.`,
    todo: 'What to do',
    steps: [
      'Ask the other validators whether their ledgers are halted too. If so, agree on what to do first.',
      'If only this node is halted, install the release that the others run.',
      'Then execute all blocks again. If every root equals the signed one, the node continues; if not, nothing changes.',
    ],
    goesOn: 'Posts, chat and files go on. The data that shows the difference is kept.',
    recover: 'Execute all blocks again',
    sureTitle: 'Execute all blocks again?',
    sure: (height: number) =>
      `All ${plural(height, 'block', 'blocks')} from the genesis document on are executed again, and every root is compared with the signed one. This may take minutes; the ledger cannot be used meanwhile. Nothing is deleted.`,
    working: 'Executing all blocks again.',
    go: 'Execute again',
    cancel: 'Cancel',
    done: 'Every root equals the signed one. The ledger continues.',
  },
  line: {
    halted: (height: number) => `Ledger halted at block ${count(height)}`,
    stopped: (present: number, all: number) => `Ledger waits: ${of(present, all)} sign`,
    empty: 'Ledger: no block yet',
    runs: (height: number, present: number | null, all: number) =>
      present === null || all === 1
        ? `Block ${count(height)} final`
        : `Block ${count(height)} final, ${of(present, all)} sign`,
  },
};
