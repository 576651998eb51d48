import { Problem } from '../kernel/errors.ts';
import { defineProblems } from '../kernel/problems.ts';

const RECOVERY = 'See docs/ledger.md, “When the ledger stands still”.';

/** The problems of the ledger. */
export const problem = defineProblems('ledger', {
  // The form of data from a peer or a file
  malformed: { message: 'The peer sent a message that is not valid here.' },
  'header-too-large': { message: 'The header is larger than allowed.' },
  'bad-header': { message: 'The header does not have the fields of a header.' },
  'block-too-large': { message: 'The block is larger than allowed.' },
  'bad-block': { message: 'The block does not have the form of a block.' },
  'wrong-transaction-root': { message: 'The transaction root in the header does not match the block.' },
  'bad-anchor': { message: 'The events listed in the block are not in ascending order.' },
  'wrong-anchor-digest': {
    message: 'The anchor in the header does not match the events listed in the block.',
  },
  'transaction-too-large': {
    message: 'This is too large for one transaction.',
    remedy: 'Split it into several.',
  },
  'bad-transaction': { message: 'The transaction does not have the fields of a transaction.' },
  'bad-vote': { message: 'The vote does not have the form of a vote.' },
  'bad-certificate': { message: 'The certificate does not have the form of a certificate.' },
  'bad-evidence': { message: 'This is not evidence of two votes.' },
  'bad-validators': { message: 'This is not a valid set of validators.' },
  'unsorted-validators': {
    code: 'bad-validators',
    message: 'The validators are not in ascending order of their keys.',
  },
  'shared-bls-key': { code: 'bad-validators', message: 'Two validators have the same BLS key.' },
  'shared-peer': { code: 'bad-validators', message: 'Two validators have the same peer.' },
  'small-quorum': { code: 'bad-validators', message: 'The quorum is too small for the fault model.' },
  'large-quorum': { code: 'bad-validators', message: 'The quorum is larger than the set.' },

  // Execution
  'unknown-account': { message: 'There is no such account.' },
  'unknown-sender': {
    code: 'unknown-account',
    message: 'There is no such account.',
    remedy: 'Ask a moderator to admit you.',
  },
  'unknown-signer': {
    message: 'This key does not sign for the account.',
    remedy: 'Add the device first.',
  },
  'nonce-used': { message: 'Transaction {nonce} of the account was already executed.' },
  'nonce-ahead': { message: 'Transaction {next} of the account comes first.' },
  'foreign-transaction': {
    code: 'wrong-community',
    message: 'The transaction belongs to another community.',
  },
  'unknown-kind': { message: 'This node does not know “{kind}”.' },
  'not-in-force': {
    message: '“{kind}” belongs to version {since} of the protocol, and version {version} is in force.',
    remedy: '“impulse ledger status” shows which version is scheduled.',
  },
  'bad-body': { message: 'The fields do not fit “{kind}”.' },
  'out-of-role': { message: 'This requires at least the role {role}.' },
  'unknown-device': { message: 'The account has no such device.' },
  'known-device': { message: 'The account has this key already.' },
  'too-many-devices': {
    message: 'An account has at most {most} devices.',
    remedy: 'Revoke a device that is no longer used.',
  },
  'not-your-device': {
    message: 'A device can change only its own key.',
    remedy: 'Sign with the device itself or the root key.',
  },
  'not-root': {
    message: 'Only the root key can recover an account.',
    remedy: 'Sign with the key that belongs to the recovery words.',
  },
  'handle-taken': { message: '“{handle}” belongs to someone else.', remedy: 'Choose another handle.' },
  'same-handle': { message: 'The account has this handle already.' },
  'not-your-handle': { message: 'The account does not hold this handle.' },
  'has-handle': { message: 'The recipient already has a handle.' },
  'unknown-recipient': { message: 'There is no such account.', remedy: 'Check the recipient.' },
  'self-transfer': { message: 'Sender and recipient are the same.' },
  overspend: { message: 'The account has {credits}, which is less than {amount}.' },
  'bad-due': { message: 'A timer is due later than the block that schedules it.' },
  'too-many-timers': {
    message: 'More than {most} timers cannot wait in a community.',
    remedy: 'Try again when some of them have run.',
  },
  'timer-too-large': { message: 'The body of the timer is larger than allowed.' },
  'unknown-timer': { message: 'This node does not know timers of the kind “{kind}”.' },
  'fee-unpaid': {
    message: 'A transaction costs {fee}, and the account has {credits}.',
    remedy: 'Ask another member for credits.',
  },
  'no-parameter': { code: 'no-change', message: 'Nothing is changed.' },
  'unknown-member': { message: 'There is no such member.' },
  founder: { message: 'Nobody can change the founder’s rights.' },
  'outranked-by-member': { code: 'outranked', message: 'A {by} cannot act on a {role}.' },
  'outranked-by-role': { code: 'outranked', message: 'A {by} cannot make anyone a {role}.' },
  'has-account': { message: 'Members choose their own handles.' },
  'no-role': { message: 'The member has no role.' },
  'bad-until': { message: 'The end of the ban is in the past.' },
  'not-banned': { message: 'The member is not banned.' },
  'decided-by-higher': {
    message: 'A {rank} decided this, and a {by} cannot undo it.',
    remedy: 'Ask a {rank} or somebody with a higher role.',
  },

  // Changes of the validators
  'change-of-old-set': {
    code: 'stale-set',
    message: 'The set in force is that of epoch {epoch}.',
    remedy: 'Make the change again.',
  },
  'stale-set': { message: 'The validators have changed since.', remedy: 'Make the change again.' },
  'model-fixed': { message: 'The fault model is fixed by the genesis document.' },
  'bad-bitmap': { message: 'The list of signers does not fit the set in force.' },
  'short-certificate': {
    message: '{signed, plural, one {# validator} other {# validators}} signed; {quorum} must.',
  },
  'change-not-signed': { code: 'bad-certificate', message: 'The validators did not sign this change.' },
  'unproven-possession': { message: 'A new validator did not prove that it holds its key.' },
  'unproven-genesis': {
    code: 'unproven-possession',
    message: 'A validator of this community did not prove that it holds its key.',
    remedy: 'Do not join: the author of this genesis document could sign for others.',
  },
  'not-a-validator': {
    message: 'This node is not a validator, so its signature does not count.',
  },
  'no-such-validator': {
    code: 'not-a-validator',
    message: 'The member to remove is not a validator.',
    remedy: 'See “impulse ledger status”.',
  },
  'no-change': {
    message: 'Nothing is changed.',
    remedy: 'Name a validator to add or to remove, or a quorum.',
  },
  'bad-change': { message: 'This is not a change of the validators.', remedy: 'Copy the whole text.' },

  // Versions of the protocol
  'old-version': {
    message: 'Version {version} of the protocol is in force already.',
    remedy: 'Choose a later version.',
  },
  'activation-too-soon': {
    message: 'A version takes effect at least {notice} blocks after its schedule.',
    remedy: 'Choose height {least} or a later one.',
  },
  'ledger-outdated': {
    message: 'The ledger continues by a version of the protocol that this release does not know.',
    remedy: 'Install the release that the validators run.',
  },
  'stale-schedule': {
    message: 'The schedule has changed since.',
    remedy: 'Begin again with the schedule that is in force.',
  },
  'unknown-version': {
    message: 'This release knows versions of the protocol up to {known}, and not version {version}.',
    remedy: 'Install a release that knows it before you sign.',
  },
  'bad-schedule': {
    code: 'bad-change',
    message: 'This is not a schedule of a version of the protocol.',
    remedy: 'Copy the whole text.',
  },
  'nothing-scheduled': { message: 'No version of the protocol is scheduled.' },

  // Consensus and its disk
  'not-started': { message: 'Consensus was not started.' },
  'bad-final-block': { message: 'A block that was made final is invalid here.' },
  'too-far': { message: 'This node is too far behind to catch up block by block.' },
  'pull-failed': { message: 'Fetching from the peer failed: {reason}' },
  'answer-failed': { message: 'The answer broke off.' },
  'votes-exist': {
    message: 'There is a vote log here already.',
    remedy: 'Keep it with the key it was made for.',
  },
  'vote-given': { message: 'The vote log holds a vote that excludes this one.' },
  'uncovered-blocks': { message: 'The peer sent blocks that its certificate does not cover.' },
  'run-too-long': { message: 'The peer sent too many blocks.' },
  'peer-broke-rules': { message: 'The peer sent something that breaks the rules.' },

  // The chain
  'chain-exists': { message: 'This node already has the blocks of this snapshot.' },
  diverged: { message: 'The validators certified a block that this node cannot accept.', remedy: RECOVERY },
  'still-diverged': {
    code: 'diverged',
    message: 'Block {height} still gives a different result here.',
    remedy: 'Install the release that the other validators run.',
  },
  'ledger-halted': { message: 'The ledger of this community is halted on this node.', remedy: RECOVERY },
  'broken-history': {
    code: 'broken-chain',
    message: 'The blocks stored here are not the ones that the snapshot builds on.',
    remedy: RECOVERY,
  },
  'first-blocks-missing': {
    code: 'history-missing',
    message: 'The first blocks are not on this node.',
    remedy: 'Start over from a snapshot.',
  },
  'history-incomplete': {
    code: 'history-missing',
    message: 'The first blocks are not here yet, and the tree begins with them.',
    remedy: 'Wait until the history is complete; “impulse ledger status” shows the progress.',
  },
  'listing-block-missing': {
    code: 'history-missing',
    message: 'The block that lists the post is not here yet.',
  },
  'change-missing': {
    code: 'history-missing',
    message: 'The block that changed the validators is not here yet.',
  },
  'unknown-epoch': { message: 'This node does not know this epoch.' },
  'unknown-block': { message: 'This node has no such final block.', remedy: 'Check the height or the hash.' },
  'unknown-transaction': { message: 'This node does not know this transaction.', remedy: 'Check the id.' },
  'no-final-transaction': {
    code: 'unknown-transaction',
    message: 'This node knows no final transaction with this id.',
    remedy: 'Check the id, or wait until the transaction is final.',
  },
  'wrong-order': { message: 'The first block comes after the second.' },
  'bad-cursor': { message: 'This is not a position in the list.', remedy: 'Start at the top.' },
  'no-snapshot': { message: 'There is no such snapshot here.', remedy: 'Choose one that the status lists.' },
  'no-evidence': { message: 'There is no evidence against anyone here.' },
  'proves-nothing': { code: 'bad-evidence', message: 'The peer sent evidence that proves nothing.' },
  'evidence-refused': { message: 'Taking in evidence failed: {reason}' },

  // Waiting transactions
  'bad-signature': { message: 'The transaction is not signed by its signer.' },
  duplicate: { message: 'The transaction is already waiting here.' },
  'nonce-far': { message: 'Transaction {next} of the account comes first.' },
  'nonce-taken': {
    message: 'Another transaction with this number is waiting.',
    remedy: 'Wait until it is final.',
  },
  'without-rights': {
    message: 'Without a role, or under a ban, an account cannot submit “{kind}”.',
    remedy: 'It may still give away credits and its handle, revoke its devices and recover itself.',
  },
  'turn-taken': {
    message: 'Without a role, or under a ban, an account has one transaction in a block.',
    remedy: 'Repeat this after the next block.',
  },
  'account-rate': {
    message: 'This account submits too many transactions.',
    remedy: 'Try again in a minute.',
  },
  'account-full': {
    message: 'Too many transactions of this account are waiting.',
    remedy: 'Wait until some of them are final.',
  },
  'pool-full': { message: 'Too many transactions are waiting.', remedy: 'Try again later.' },
  'offer-too-long': { message: 'The peer offers too much at once.' },
  'bad-offer': { message: 'The peer offers transactions that break the rules.' },
  'offer-refused': { message: 'Taking in offered transactions failed: {reason}' },

  // Submitting
  'no-account': {
    code: 'unknown-account',
    message: 'You have no account in this ledger.',
    remedy: 'Ask a moderator to admit you.',
  },
  'not-ordering': {
    message: 'This node takes no part in ordering transactions.',
    remedy: 'Start it with its network.',
  },
  'needs-validators': {
    message:
      'This needs the signatures of {quorum} of {validators} validators, and this command works without the network.',
    remedy: 'Start the node with “impulse serve”, then give the command again.',
  },
  'waits-for-block': {
    code: 'waits-for-validators',
    message: 'It is submitted and waits for its block.',
    remedy: 'Nothing is lost. It continues as soon as enough validators are online.',
  },
  'waits-for-validators': {
    message:
      'It is submitted and waits: {quorum} of {validators} validators must sign, and nothing comes from {absent}.',
    remedy: 'Nothing is lost. It continues as soon as enough validators are online.',
  },
  'waits-at-standstill': {
    code: 'waits-for-validators',
    message: 'It is submitted and waits. {reason}',
    remedy: 'Look at the notices.',
  },
  overtaken: {
    message: 'Another change of yours, made on another device, came first.',
    remedy: 'Try again.',
  },

  // Asking for proofs
  'not-certified': {
    message: 'No final block lists this yet.',
    remedy: 'Try again in a moment: this takes a few seconds while enough validators are online.',
  },
  'not-final': {
    message: 'The certificate of this block is not here yet.',
    remedy: 'Try again in a moment.',
  },
  'no-single-signatures': {
    message: 'This node did not collect the validators’ single signatures on this block.',
    remedy: 'Ask for the proof with the aggregate.',
  },
  'no-block-yet': {
    code: 'not-final',
    message: 'No block is final yet, so nobody has signed the state.',
    remedy: 'Try again after the first transaction.',
  },
  'bad-entry-key': {
    message: 'This is not the key of an entry of the state.',
    remedy: 'A key looks like account/did:key:z6Mk… or handle/mara.',
  },

  // Snapshots and history from peers
  'snapshot-too-large': { message: 'The snapshot is larger than allowed.' },
  'bad-snapshot': { message: 'This is not a snapshot.' },
  'snapshot-parts-missing': { code: 'bad-snapshot', message: 'Parts of the snapshot are missing.' },
  'foreign-snapshot': { code: 'wrong-community', message: 'The snapshot belongs to another community.' },
  'wrong-state-root': { message: 'The snapshot is not of the state that the validators signed.' },
  'part-too-large': { code: 'bad-part', message: 'The part is larger than allowed.' },
  'bad-part': { message: 'This is not a part of a snapshot.' },
  'wrong-part': { message: 'A part of the snapshot is not the one that the validators signed.' },
  'not-missing': { message: 'This is not the missing block.' },
  'certificate-missing': { message: 'The peer sends blocks without the certificate that makes them final.' },
  'too-many-questions': { message: 'The peer asks too much.' },
  'foreign-peer': { code: 'wrong-community', message: 'The peer asks about another community.' },
  'snapshot-old': { message: 'The newest snapshot of the peer is too old.' },
  'no-new-snapshot': { code: 'no-snapshot', message: 'No peer has a snapshot that is new enough.' },
  'snapshot-unreachable': { message: 'No peer sends the missing parts of the snapshot.' },
  stopped: { message: 'The node is stopping.' },
  'snapshot-too-new': {
    message:
      'The snapshot belongs to version {version} of the protocol; this release knows versions up to {known}.',
  },
  'part-missing': { message: 'The peer has no such part.' },
  'answer-broken': { message: 'The peer broke off its answer.' },
  'answer-too-large': { message: 'The peer sent more than was asked for.' },
});

/** A problem whose code is the rule that was broken. */
export function broken(
  key: 'bad-final-block' | 'uncovered-blocks' | 'peer-broke-rules',
  code: string,
): Problem {
  return Problem.of({ ...problem.fields(key), code });
}
