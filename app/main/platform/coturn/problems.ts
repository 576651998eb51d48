import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('coturn', {
  'relay-missing': {
    message: 'The relay does not run: coturn is not installed.',
    remedy:
      'Install coturn, for example with “apt install coturn”, and see that “turnserver” is on the path.',
  },
  'relay-port-taken': {
    message: 'The relay does not run: another program uses port {port} at {ip}.',
    remedy: 'Choose another port of the relay in the settings of calls, or stop the other program.',
  },
  'relay-certificate': {
    message: 'The relay does not run: the file {path} cannot be read.',
    remedy: 'Name the files of the certificate and of its key in the settings of calls, or leave both empty.',
  },
  'relay-ended': {
    message: 'The relay does not run: coturn ended ({reason}).',
    remedy: 'The node starts it again; the log of the node shows the last lines that coturn wrote.',
  },
  'relay-silent': {
    message: 'The relay does not answer.',
    remedy: 'The node starts it again; check the addresses of calls in the settings.',
  },
});
