import { Problem } from '../../kernel/errors.ts';

/** Every name, code and message in an error and in what caused it, as one text to look into. */
function trace(error: unknown, depth = 0): string {
  if (typeof error === 'string') return error;
  if (depth > 5 || typeof error !== 'object' || error === null) return '';
  const field = (name: string): unknown => Reflect.get(error, name);
  const inner: unknown = error instanceof AggregateError ? error.errors : [];
  const below = [field('cause'), ...(Array.isArray(inner) ? inner : [])];
  const own = [field('name'), field('code'), field('message')].filter((part) => typeof part === 'string');
  // A WebSocket that was refused reports an event of this kind, and no reason.
  if (Object.prototype.toString.call(error) === '[object ErrorEvent]') own.push('ErrorEvent');
  return [...own, ...below.map((cause) => trace(cause, depth + 1))].join(' ');
}

interface Pattern {
  readonly signs: RegExp;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const DIAL_PATTERNS: readonly Pattern[] = [
  {
    signs: /dial self/i,
    code: 'dial-self',
    message: 'This is the address of this very node.',
    remedy: 'Use the address of the other node.',
  },
  {
    signs: /NO_RESERVATION|HopMessage|via relay with status/,
    code: 'relay-refused',
    message: 'The relay answered, but the node behind it is not there.',
    remedy: 'Ask its sysop to start the node, then try again.',
  },
  {
    signs: /identity key|UnexpectedPeerError|did not match|does not match/i,
    code: 'dial-other-node',
    message: 'Another node answered than the one that this address names.',
    remedy: 'Ask for a new address or invite: the node may have been set up again.',
  },
  {
    signs: /DialDenied|ConnectionIntercepted|ConnectionDenied/,
    code: 'dial-denied',
    message: 'This address is not dialled: it leads nowhere, or the node there misbehaved.',
    remedy: 'Check the address; a node that misbehaved is let in again after ten minutes.',
  },
  {
    signs: /NoValidAddresses|TransportUnavailable|Unsupported/,
    code: 'dial-unsupported',
    message: 'No way of travel is known for this address.',
    remedy: 'Use an address with /tcp/ or /ws, with the node id (/p2p/...) at its end.',
  },
  {
    signs: /ECONNREFUSED|ErrorEvent/,
    code: 'dial-refused',
    message: 'Nobody listens at this address.',
    remedy: 'Check that the other node runs, and that the port in the address is the one it listens on.',
  },
  {
    signs: /ENOTFOUND|EAI_AGAIN|getaddrinfo/,
    code: 'dial-name-unknown',
    message: 'The host name in this address is not known.',
    remedy: 'Check the name for typing errors, and that this machine is online.',
  },
  {
    signs: /ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/,
    code: 'dial-unreachable',
    message: 'There is no route to this address.',
    remedy: 'Check that this machine is online; an address of a home network works only inside it.',
  },
  {
    signs: /Timeout|timed out|Abort|ETIMEDOUT/i,
    code: 'dial-timeout',
    message: 'Nobody answered at this address in time.',
    remedy: 'Check that the other node runs and that its router forwards the port, or use a relay.',
  },
];

/** What went wrong with a dial, in words and with a way on. */
export function dialProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = trace(error);
  const found = DIAL_PATTERNS.find(({ signs }) => signs.test(text));
  if (found !== undefined) return new Problem(found.code, found.message, found.remedy, { cause: error });
  return new Problem(
    'dial-failed',
    'The connection could not be made: the other side closed it.',
    'Try again in a minute; if it stays so, check that both nodes run a current version.',
    { cause: error },
  );
}

/** What went wrong with opening a channel. */
export function openProblem(error: unknown, protocol: string): Problem {
  if (error instanceof Problem) return error;
  const text = trace(error);
  if (/UnsupportedProtocol|protocol selection failed/i.test(text)) {
    return new Problem(
      'protocol-unknown',
      `The peer does not speak ${protocol}.`,
      'One of the two nodes is older: update both to the same version.',
      { cause: error },
    );
  }
  if (/TooMany/.test(text)) {
    return new Problem(
      'channels-exhausted',
      'Too many channels to this peer are open at once.',
      'Try again later.',
      {
        cause: error,
      },
    );
  }
  return peerGone(error);
}

export function peerGone(cause?: unknown): Problem {
  return new Problem('peer-gone', 'The peer is not connected.', 'Wait until it is back, or dial it again.', {
    cause,
  });
}

/** What went wrong with starting to listen. */
export function listenProblem(error: unknown): Problem {
  const text = trace(error);
  if (/EADDRINUSE/.test(text)) {
    return new Problem(
      'port-taken',
      'The port of this node is taken by another program.',
      'Stop the other program, or choose another port in the settings (0 lets the system choose).',
      { cause: error },
    );
  }
  if (/EACCES/.test(text)) {
    return new Problem(
      'port-forbidden',
      'This port may not be used.',
      'Choose a port above 1023 in the settings.',
      {
        cause: error,
      },
    );
  }
  return new Problem(
    'listen-failed',
    'The node cannot listen at its addresses.',
    'Check the listening addresses in the settings: each must belong to this machine.',
    { cause: error },
  );
}
