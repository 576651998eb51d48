import { defineProblems } from '../../kernel/problems.ts';

const TURN_ON =
  'Turn on UPnP, NAT-PMP or PCP in the settings of the router, or forward the port there by hand.';
const ALLOW =
  'Allow this machine to map ports in the settings of the router, or forward the port there by hand.';

export const problem = defineProblems('port-mapping', {
  'router-silent': { message: 'The router did not answer.', remedy: TURN_ON },
  'router-missing': {
    code: 'router-silent',
    message: 'There is no router: no default IPv4 route leads to one.',
    remedy: TURN_ON,
  },
  'router-silent-http': {
    code: 'router-silent',
    message: 'The router did not answer over HTTP.',
    remedy: TURN_ON,
  },
  'router-silent-upnp': {
    code: 'router-silent',
    message: 'The router did not answer a UPnP search.',
    remedy: TURN_ON,
  },
  'router-silent-port': {
    code: 'router-silent',
    message: 'The router did not answer at UDP port {port}.',
    remedy: TURN_ON,
  },
  'router-silent-address': {
    code: 'router-silent',
    message: 'The router did not answer at {address}.',
    remedy: TURN_ON,
  },
  'router-refused': { message: 'The router mapped no port: {result}.', remedy: ALLOW },
  'router-upnp-fault': {
    code: 'router-refused',
    message: 'The router mapped no port: UPnP error {fault}.',
    remedy: ALLOW,
  },
  'router-without-address': {
    code: 'router-refused',
    message: 'The router mapped no port: it has no external IPv4 address.',
    remedy: ALLOW,
  },
  'router-without-pcp': {
    code: 'router-refused',
    message: 'The router mapped no port: it does not speak PCP.',
    remedy: ALLOW,
  },
  'router-unclear': {
    code: 'router-refused',
    message: 'The router mapped no port: its answer names no port or no lifetime.',
    remedy: ALLOW,
  },
});
