import { defineProblems } from '../kernel/problems.ts';

const OTHER_PORT = 'Stop the other program, or choose another port with --port.';

export const problem = defineProblems('host', {
  'port-taken': {
    message: 'Port {port} of {bind} is in use by another program.',
    remedy: OTHER_PORT,
  },
  'ports-taken': {
    code: 'port-taken',
    message: 'The ports {first} to {last} of {bind} are all in use.',
    remedy: OTHER_PORT,
  },
  'bind-failed': {
    message: 'Cannot listen on {bind}, port {port}: {reason}.',
    remedy: 'Choose an address of this machine with --bind and a port above 1023 with --port.',
  },
  'tls-needed': {
    message: 'Listening on {bind} without TLS would let others on the network read everything.',
    remedy: 'Give a certificate and its key with --tls-cert and --tls-key, or leave --bind out.',
  },
  'tls-unreadable': {
    message: 'The certificate {cert} and key {key} cannot be used.',
    remedy: 'Check that both files exist, are readable, are in PEM format and belong together.',
  },
  'socket-failed': {
    message: 'Programs of this machine cannot be served at {path}: {reason}.',
    remedy: 'Check that the directory is on a local disk and that the disk is not full.',
  },
  'socket-exposed': {
    message: 'The folder {path} belongs to another user or is open to others.',
    remedy: 'Remove it, or move the data directory to a shorter path.',
  },
});
