import { defineProblems } from '../kernel/problems.ts';

export const problem = defineProblems('shell', {
  'no-sandbox': {
    message:
      'Impulse Console does not run without the sandbox that keeps its pages from the rest of the system.',
    remedy:
      'Allow unprivileged user namespaces, or install the deb or rpm package, which brings its own sandbox. As root it does not run: start it as yourself.',
  },
  'key-store-locked': {
    message: 'The key store of this system does not open the key that protects this node.',
    remedy:
      'Unlock the key store (keychain, keyring or wallet) as the user who set this node up, then try again.',
  },
  'node-crash-loop': {
    message:
      'The node ended {count, plural, one {# time} other {# times}} in a row, last with code {exitCode}.',
    remedy: 'Look into the log of this node, then try again; if it happens again, report it.',
  },
  'node-restarting': {
    message:
      'It is started again in {seconds, plural, one {# second} other {# seconds}}; nothing stored is lost.',
  },
  'node-restarting-again': {
    message:
      'It is started again in {seconds, plural, one {# second} other {# seconds}}; nothing stored is lost. It is the {crashes, selectordinal, one {#st time} two {#nd time} few {#rd time} other {#th time}} in a row.',
  },
});
