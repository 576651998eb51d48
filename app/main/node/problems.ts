import { defineProblems } from '../kernel/problems.ts';

const REBUILD_AT_START =
  'Stop the node and start it again: it rebuilds the file from what can be read, and peers supply the rest.';
const RELEASE = 'Check the disk and the release that the others run, then run “impulse ledger recover”.';
const SPLIT = 'More validators broke the rules than the community tolerates.';
const TALK = 'Talk to the others before you do anything, and see “impulse ledger evidence”.';

/** The problems and notices of a node. */
export const problem = defineProblems('node', {
  'community-unnamed': {
    message: 'The call does not say which community it is in.',
    remedy: 'Name one of the communities of this node.',
  },
  'community-unknown': {
    message: 'This node has no community {id}.',
    remedy: 'Choose one of the communities of this node: “impulse communities” lists them.',
  },
  'community-empty': {
    message: 'The folder {path} does not say which community it holds.',
    remedy: 'Move the folder out of the data directory, or restore a backup of the community.',
  },
  'community-misplaced': {
    message: 'The folder {path} holds the database of another community, {id}.',
    remedy: 'Move the folder out of the data directory, or restore a backup of the community.',
  },
  'node-stopping': { message: 'The node stops.', remedy: 'Start it again, then repeat this.' },
  'wrong-name': {
    message: 'The community is called {name}.',
    remedy: 'Repeat its name exactly, so that nothing is deleted by mistake.',
  },
  'validator-cannot-leave': {
    message: 'This node signs the blocks of the community, so its ledger could stop without it.',
    remedy: 'Remove this node from the validators first, or archive the community.',
  },
  'community-left': {
    message: 'You left this community.',
    remedy: 'Ask a member for an invite, and join with it.',
  },
  'community-archived': {
    message: 'The community is archived: it can only be read.',
    remedy: 'Take it out of the archive first.',
  },
  'export-failed': {
    message: 'The community cannot be exported to {path}: {reason}',
    remedy: 'Name a folder that does not exist yet, in a place where you may write.',
  },
  'already-joined': {
    message: 'This node belongs to this community already.',
    remedy: 'Open it: “impulse communities” lists it.',
  },
  'passphrase-again': {
    message: 'The recovery words are shown only to somebody who knows the passphrase of this node.',
    remedy: 'Enter it. If you never chose one, it is in the file {path}.',
  },
  'wrong-passphrase': {
    message: 'This is not the passphrase of this node.',
    remedy:
      'If you never chose one, it is in the file {path}. With the desktop program, open the words there.',
  },
  'too-many-attempts': {
    message: 'Too many passphrases were tried.',
    remedy: 'Wait a minute, then try again.',
  },
  'already-settled': {
    message: 'The identity of this node is used by its communities.',
    remedy: 'Start another node with its own data directory, and restore the other identity there.',
  },

  // Settings
  'settings-invalid': { message: '{setting}: {reason}', remedy: 'Choose another value.' },
  'settings-unreadable': {
    code: 'settings-invalid',
    message: 'The settings file is not valid, so this node uses the default settings.',
    remedy: 'Set what you need again. The old file was kept as {path}.',
  },
  'own-settings-unreadable': {
    code: 'settings-invalid',
    message:
      'The file with this community’s own settings is not valid, so it follows the settings of the node.',
    remedy: 'Set what you need again. The old file was kept as {path}.',
  },
  'quota-full': {
    message:
      'This community has used up its space of {quota, number} MB. It can be read but takes nothing new.',
    remedy: 'Raise the space for this community in the settings; it then continues automatically.',
  },
  'network-changing': {
    message: 'The network settings are being changed.',
    remedy: 'Try again in a moment.',
  },
  'port-taken': {
    message:
      'Port {port} is used by another program, so this node listens on another port until it is restarted.',
    remedy: 'Choose a free port in the settings, so that others find this node where they found it before.',
  },

  // The data directory
  'data-unusable': {
    message: 'The data directory {path} cannot be used: {reason}.',
    remedy: 'Choose another directory with --data, or give yourself write access to this one.',
  },
  'no-home': {
    message: 'You have no home directory in which the data directory could be.',
    remedy: 'Name a data directory with --data or IMPULSE_DATA, or set HOME to your home directory.',
  },
  'data-forbidden': {
    code: 'data-unusable',
    message: 'The data directory {path} cannot be used: you have no permission to read and write it.',
    remedy: 'Choose another directory with --data, or give yourself access to this one.',
  },
  'data-not-a-directory': {
    code: 'data-unusable',
    message: 'The data directory {path} cannot be used: a file of that name exists.',
    remedy: 'Choose another directory with --data.',
  },
  'data-not-yours': {
    code: 'data-unusable',
    message: 'The data directory {path} belongs to another user.',
    remedy: 'Run as the user who made it, or choose another directory with --data.',
  },
  'data-in-use': {
    message: 'Another node is using {path}.',
    remedy: 'Stop the process {pid}, which has run since {since}, or choose another directory with --data.',
  },
  'data-in-use-by-unknown': {
    code: 'data-in-use',
    message: 'Another node is using {path}.',
    remedy: 'Stop the other node, or choose another directory with --data.',
  },

  // The passphrase
  'passphrase-file-empty': {
    code: 'passphrase-missing',
    message: 'There is no passphrase in {path}.',
    remedy: 'Write the passphrase into this file.',
  },
  'passphrase-missing': {
    message: 'The keys of this node are protected by a passphrase, and none was given.',
    remedy: 'Set IMPULSE_PASSPHRASE_FILE to the path of a file that contains the passphrase.',
  },
  'passphrase-exposed': {
    message: 'Users other than the owner may read {path}.',
    remedy: 'Run: chmod 600 {quoted}',
  },
  'passphrase-beside-keys': {
    message:
      'The passphrase is stored beside the keys it protects, so anyone who copies this directory has both.',
    remedy: 'Move it to a file elsewhere and set IMPULSE_PASSPHRASE_FILE to the path of that file.',
  },

  // Damage, repair and backups
  'database-damaged': { message: 'The database is damaged: {fault}', remedy: REBUILD_AT_START },
  'database-mended': {
    code: 'database-damaged',
    message: 'The database was damaged. The views were rebuilt from the log.',
    remedy: 'Check the disk of this machine, and make a backup.',
  },
  'database-replaced': {
    code: 'database-damaged',
    message: 'The database was damaged. The views were rebuilt from the log.',
    remedy: 'Check the disk of this machine, and make a backup. The damaged file is kept as {path}.',
  },
  'database-still-damaged': {
    code: 'database-corrupt',
    message: 'The database file is damaged beyond what a rebuild of the views repairs.',
    remedy:
      'Stop the node and start it again, or run “impulse rebuild” once more while it is stopped: it then rebuilds the file from what can be read.',
  },
  'database-lost': {
    code: 'database-corrupt',
    message: 'The database file is damaged, and too little of it can be read.',
    remedy:
      'Run “impulse restore” with the newest backup, or delete the community from this node and join it again: peers hold the rest. Your keys are safe: they are stored outside this file.',
  },
  'backup-missing': { message: '{path} cannot be read.', remedy: 'Check the path of the backup.' },
  'backup-broken': {
    message: '{path} is not an intact backup: {fault}.',
    remedy: 'Choose another backup. Nothing was changed.',
  },
  'backup-empty': {
    code: 'backup-broken',
    message: '{path} is not an intact backup: it is empty.',
    remedy: 'Choose another backup. Nothing was changed.',
  },
  'backup-of-nothing': {
    code: 'backup-broken',
    message: '{path} does not say which community it holds.',
    remedy: 'Choose another backup. Nothing was changed.',
  },

  // Classifiers
  'judging-failed': { message: 'A message could not be classified: {reason}' },
  'judging-stopped': { message: 'The classifiers were stopped.', remedy: 'Try again once the node runs.' },
  'images-busy': {
    code: 'image-not-judged',
    message: 'Too many images are waiting.',
    remedy: 'Try again in a while.',
  },
  'no-image-model': {
    code: 'image-not-judged',
    message: 'No model for images can be used.',
    remedy: 'Run “impulse models verify”.',
  },

  // The ledger
  'quorum-conflict': {
    message:
      'Two quorums of validators finalised different blocks below block {height}. This node orders and executes nothing.',
    remedy: `${SPLIT} The evidence is kept. ${TALK}`,
  },
  'quorum-conflict-kept': {
    code: 'quorum-conflict',
    message:
      'Two quorums of validators finalised different blocks below block {height}. This node orders and executes nothing.',
    remedy: `${SPLIT} The evidence is kept in {path}. ${TALK}`,
  },
  'ledger-halted': {
    message:
      'This node computed a different result for block {height} from the one the validators signed ({reason}). It orders and executes nothing.',
    remedy: `${RELEASE} The diagnostics are kept.`,
  },
  'ledger-halted-kept': {
    code: 'ledger-halted',
    message:
      'This node computed a different result for block {height} from the one the validators signed ({reason}). It orders and executes nothing.',
    remedy: `${RELEASE} The diagnostics are kept in {path}.`,
  },
  'needs-update': {
    message:
      'This node needs an update: the ledger continues by version {version} of the protocol, and this release knows versions up to {known}. The node stopped at block {height}. It signs nothing; everything up to that block stays readable.',
    remedy:
      'Install the release that the validators run. The node then continues by itself, and nothing is lost.',
  },
  'update-scheduled': {
    message:
      'This node will need an update: version {version} of the protocol begins with block {height}, and this release knows versions up to {known}.',
    remedy:
      'Install a release that knows it before block {height}. Otherwise the node stops before that block until it is updated.',
  },
  'validator-silent': {
    message:
      'This validator does not know how far it voted, so it does not vote until other validators have told it.',
    remedy:
      'Wait until the node reaches other validators. If you are the only one and no other node uses this key, run “impulse ledger recover”.',
  },
  'ordering-halted': {
    message: 'This node stopped ordering transactions: {reason}.',
    remedy:
      'See the log of the node, remove the cause, then run “impulse ledger recover” or restart the node.',
  },
  'validator-broke-rules': {
    message:
      'Validators signed votes that contradict each other: {names}, {count, plural, one {# time} other {# times}}.',
    remedy:
      'Ask them whether two nodes run with one key. “impulse ledger evidence --out FILE” writes the proof. If it goes on, remove them from the validators.',
  },
  'validators-missing': {
    message:
      'Transactions are waiting: {quorum} of {size} validators must sign, and nothing arrives from {names}.',
    remedy: 'Nothing is lost. The ledger continues as soon as enough of them are back.',
  },
});
