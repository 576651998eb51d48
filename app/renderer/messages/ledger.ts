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
  doing: 'Looking at the ledger',
  again: 'Try again',
  loading: 'Asking the node about the ledger.',
  stale: 'The line to the node is gone; this is as it was then.',
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
    recover: 'execute all blocks anew',
  },
  says: {
    lead: {
      halted: 'The ledger stands still here.',
      stopped: 'Blocks stand still.',
      empty: 'No block yet.',
      busy: (waiting: number) => `${capital(spelled(waiting))} on ${waiting === 1 ? 'its' : 'their'} way.`,
      final: 'All final.',
    },
    halted: (height: number) =>
      `At block ${count(height)} this node comes to something else than the validators signed.`,
    stopped: (present: number, { validators: all, quorum }: SetWords) =>
      `${capital(of(present, all))} ${validatorsOf(all)} ${present === 1 ? 'signs' : 'sign'} and ${spelled(quorum)} must. What is sent waits; posts and chat go on.`,
    empty: ({ validators: all, quorum }: SetWords) =>
      all === 1
        ? 'The first transaction makes the first block, and one validator signs it.'
        : `The first transaction makes the first block; ${of(quorum, all)} validators must sign it.`,
    alone: (height: number, mine: boolean) =>
      `Block ${count(height)}, signed by ${mine ? 'this node' : 'one validator'} alone; while it is away, blocks stand still.`,
    signing: (height: number, present: number, all: number, margin: number) =>
      margin === 0
        ? `Block ${count(height)}, ${of(present, all)} validators signing; if one ${present < all ? 'more ' : ''}fails, blocks stand still.`
        : `Block ${count(height)}, ${of(present, all)} validators signing; ${moreMayFail(margin, present < all)}.`,
    unseen: (height: number, { validators: all, quorum }: SetWords) =>
      `Block ${count(height)}; ${of(quorum, all)} validators must sign, ${moreMayFail(all - quorum, false)}.`,
    validating: 'This node is a validator: it signs blocks.',
    watching: 'This node is no validator: it checks every block and signs none.',
    joining: ({ height, parts, of: all }: { height: number; parts: number; of: number }) =>
      `The state at block ${count(height)} is being fetched: ${count(parts)} of ${plural(all, 'part', 'parts')} ${parts === 1 ? 'is' : 'are'} here.`,
    filling: (from: number) =>
      `Blocks below ${count(from)} are still being fetched; what stands in them cannot be looked up here yet.`,
    last: 'Last block',
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
    halted: 'This node takes no part while its ledger stands still.',
    states: { open: 'not yet', notarised: 'notarised', finalised: 'finalised', nullified: 'skips' },
    leads: 'leads',
    idle: 'Nothing is being ordered now. A block begins when somebody sends a transaction.',
    nobody: 'This node hears nothing of the block in progress.',
    proposed: (height: number, transactions: number, leader: string) =>
      `${leader} proposes block ${count(height)} with ${plural(transactions, 'transaction', 'transactions')}.`,
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
    loading: 'Reading the blocks.',
    empty: 'There is no block yet.',
    emptyHint: 'Blocks are made when there is something to order: a handle, a role, credits.',
    newer: (n: number) => plural(n, 'newer block', 'newer blocks'),
    columns: { height: 'Block', when: 'When', transactions: 'Txs', proposer: 'Proposed by', hash: 'Hash' },
    earlier: 'an earlier validator',
  },
  block: {
    title: (height: number) => `Block ${count(height)}`,
    loading: 'Reading the block.',
    final: 'final',
    finalMeans: 'A quorum of the validators signed it.',
    when: 'When',
    proposer: 'Proposed by',
    slot: 'Epoch, slot',
    hash: 'Hash',
    hashes: 'Hashes',
    parent: 'Parent',
    first: 'the genesis document',
    root: 'Transaction root',
    state: 'State root',
    transactions: 'Transactions',
    none: 'It holds no transaction.',
    toParent: (height: number) => `Go to block ${count(height)}`,
  },
  transactions: {
    title: 'Transactions',
    list: 'Transactions, newest first',
    loading: 'Reading the transactions.',
    empty: 'There is no transaction yet.',
    emptyHint: 'Credits given, handles and roles appear here.',
    emptyOf: (handle: string) => `${handle} has sent no transaction.`,
    find: 'Find a transaction',
    placeholder: 'Handle, kind, id or block',
    of: (handle: string) => `of ${handle}`,
    emptyKind: 'There is no transaction of this kind.',
    nobody: 'No member has such a name, and it is no kind and no id.',
    nobodyHint:
      'A kind is named like credit.transfer or “Credits given”. An id begins with bafy, an identity with did:key:z; a number is taken for a block.',
    isId: 'That is the id of a transaction or the hash of a block.',
    openId: 'Show it',
    isBlock: (height: number) => `${count(height)} is taken for a block.`,
    openBlock: (height: number) => `Show block ${count(height)}`,
    which: 'Several members have such a name.',
    more: (n: number) => `and ${plural(n, 'more', 'more')}`,
    columns: { kind: 'What', account: 'By', block: 'Block', when: 'When' },
  },
  transaction: {
    title: 'Transaction',
    pick: 'Choose a transaction to see what it says.',
    loading: 'Reading the transaction.',
    final: 'final',
    waits: 'waits',
    finalIn: (height: number) => `Final in block ${count(height)}`,
    finalMeans: 'A quorum of the validators signed it. Nobody can rewrite it.',
    waitsMeans: 'It is with the validators and in no block yet.',
    kind: 'Kind',
    by: 'By',
    nonce: 'Number',
    nonceMeans: (nonce: number) => `${count(nonce)} of this account`,
    when: 'When',
    place: 'Block',
    placeIn: (height: number, place: number) => `${count(height)}, place ${count(place)}`,
    id: 'Id',
    body: 'What it says',
    about: 'About it',
    proofTitle: 'Proof',
    proof: 'Export proof',
    proofWhy:
      'The proof is a file that shows that this transaction is final, to anyone, without this node and without a network.',
    check: 'To check it:',
    single: 'Single signatures',
    genesis: 'Genesis document',
    exported: (name: string, size: string) => `${name} is saved, ${size}.`,
    notYet: 'A proof can be made once it is final.',
    copyId: 'Copy the id',
    copied: 'The id is copied.',
    notCopied: 'The browser did not let the id be copied.',
  },
  kinds: {
    'credit.transfer': 'Credits given',
    'handle.register': 'Handle taken',
    'handle.transfer': 'Handle handed on',
    'device.add': 'Device added',
    'device.revoke': 'Device revoked',
    'device.rotate': 'Device key changed',
    'account.recover': 'Account recovered',
    'role.grant': 'Role given',
    'role.revoke': 'Role taken',
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
    what !== null && who !== null ? `${what} to ${who}` : (what ?? who ?? ''),
  forever: 'until it is lifted',
  none: 'none',
  give: {
    title: 'Give credits',
    to: 'To',
    toHint: 'A member, by handle.',
    nobody: 'No member has such a name.',
    needsTo: 'Choose a member.',
    amount: 'Amount',
    have: (amount: number) => `You hold ${count(amount)}. Nothing is taken for the transfer.`,
    amountProblems: {
      empty: 'Say how much.',
      whole: 'A whole number from 1 on, in digits.',
      over: (have: number) => `You hold ${count(have)}.`,
    },
    memo: 'Memo (everyone can read it)',
    memoHint: 'Up to 140 characters.',
    next: 'Next',
    back: 'Back',
    cancel: 'Cancel',
    close: 'Close',
    sure: (amount: number, credit: string, handle: string) => `Give ${handle} ${count(amount)} ${credit}?`,
    gave: (amount: number, credit: string, handle: string) => `${count(amount)} ${credit} to ${handle}`,
    keep: (left: number) => `You keep ${count(left)}. Once it is final, nobody can take it back.`,
    go: 'Give',
    sending: 'Signing and sending.',
    noAccount: 'You have no account in this ledger yet.',
    noAccountWhy: 'A moderator admits you by giving you a role; then you can hold and give credits.',
    nothing: 'You hold no credits.',
    nothingWhy: 'Somebody has to give you some first.',
    another: 'Give more',
  },
  follow: {
    title: 'What became of it',
    sent: 'Signed and handed to the validators.',
    waits: 'It waits for a block.',
    slow: 'It is still waiting. It stays with the validators; you can close this and look under Transactions.',
    stands: 'Blocks stand still now; it becomes final when enough validators are back.',
    finalTook: (height: number, took: string) =>
      `Final in block ${count(height)}, ${took} after it was sent.`,
    seconds: (value: string) => `${value} s`,
    milliseconds: (value: number) => `${count(value)} ms`,
    gone: 'This node knows it no more. Another transaction of yours took its place, or it was refused.',
    show: 'Show the transaction',
  },
  halt: {
    title: (height: number) => `The ledger stands still at block ${count(height)}.`,
    codes: {
      'wrong-state-root':
        'The validators signed a block that leads to another state here. This node has stored nothing of it and executes nothing more.',
      'quorum-conflict':
        'Two quorums of validators signed different blocks for one height: more of them broke the rules than the community can bear. This node executes nothing more; talk to the others before you do anything.',
      diverged:
        'The validators signed a block that this node cannot accept. It has stored nothing of it and executes nothing more.',
    } as Readonly<Record<string, string>>,
    other: (code: string) =>
      `The validators signed a block that cannot be carried out here (${code}). This node has stored nothing of it and executes nothing more.`,
    todo: 'What to do',
    steps: [
      'Ask the other validators whether they stand still too. If they do, do nothing before you have talked.',
      'If only this node does, install the release that the others run.',
      'Then execute all blocks anew. If every root comes out as it was signed, the node goes on; if not, nothing changes.',
    ],
    goesOn: 'Posts, chat and files go on. What shows the difference is kept.',
    recover: 'Execute all blocks anew',
    sureTitle: 'Execute all blocks anew?',
    sure: (height: number) =>
      `All ${plural(height, 'block', 'blocks')} from the genesis document on are executed again and every root is compared with what was signed. This may take minutes; the ledger cannot be used meanwhile. Nothing is deleted.`,
    working: 'Executing all blocks anew.',
    go: 'Execute anew',
    cancel: 'Cancel',
    done: 'Every root came out as it was signed. The ledger goes on.',
  },
  line: {
    halted: (height: number) => `Ledger stands still at block ${count(height)}`,
    stopped: (present: number, all: number) => `Ledger waits: ${of(present, all)} sign`,
    empty: 'Ledger: no block yet',
    runs: (height: number, present: number | null, all: number) =>
      present === null || all === 1
        ? `Block ${count(height)} final`
        : `Block ${count(height)} final, ${of(present, all)} sign`,
  },
};
