import { Problem } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

/** The names, codes and messages of an error and its causes, as one text to match. */
function trace(error: unknown, depth = 0): string {
  if (typeof error === 'string') return error;
  if (depth > 5 || typeof error !== 'object' || error === null) return '';
  const field = (name: string): unknown => Reflect.get(error, name);
  const inner: unknown = error instanceof AggregateError ? error.errors : [];
  const below = [field('cause'), ...(Array.isArray(inner) ? inner : [])];
  const own = [field('name'), field('code'), field('message')].filter((part) => typeof part === 'string');
  // A refused WebSocket reports an event of this kind, without a reason.
  if (Object.prototype.toString.call(error) === '[object ErrorEvent]') own.push('ErrorEvent');
  return [...own, ...below.map((cause) => trace(cause, depth + 1))].join(' ');
}

const DIAL_PATTERNS = [
  { signs: /dial self/i, key: 'dial-self' },
  { signs: /NO_RESERVATION|HopMessage|via relay with status/, key: 'relay-refused' },
  { signs: /identity key|UnexpectedPeerError|did not match|does not match/i, key: 'dial-other-node' },
  { signs: /DialDenied|ConnectionIntercepted|ConnectionDenied/, key: 'dial-denied' },
  { signs: /NoValidAddresses|TransportUnavailable|Unsupported/, key: 'dial-unsupported' },
  { signs: /ECONNREFUSED|ErrorEvent/, key: 'dial-refused' },
  { signs: /ENOTFOUND|EAI_AGAIN|getaddrinfo/, key: 'dial-name-unknown' },
  { signs: /ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/, key: 'dial-unreachable' },
  { signs: /Timeout|timed out|Abort|ETIMEDOUT/i, key: 'dial-timeout' },
] as const;

/** The Problem of a failed dial. */
export function dialProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = trace(error);
  const found = DIAL_PATTERNS.find(({ signs }) => signs.test(text));
  if (found !== undefined) return problem(found.key, {}, { cause: error });
  return problem('dial-failed', {}, { cause: error });
}

/** The Problem of a channel that could not be opened. */
export function openProblem(error: unknown, protocol: string): Problem {
  if (error instanceof Problem) return error;
  const text = trace(error);
  if (/UnsupportedProtocol|protocol selection failed/i.test(text)) {
    return problem('protocol-unknown', { protocol }, { cause: error });
  }
  if (/TooMany/.test(text)) {
    return problem('channels-exhausted', {}, { cause: error });
  }
  return peerGone(error);
}

export function peerGone(cause?: unknown): Problem {
  return problem('peer-gone', {}, { cause });
}

/** The Problem of a failure to listen. */
export function listenProblem(error: unknown): Problem {
  const text = trace(error);
  if (/EADDRINUSE/.test(text)) {
    return problem('port-taken', {}, { cause: error });
  }
  if (/EACCES/.test(text)) {
    return problem('port-forbidden', {}, { cause: error });
  }
  return problem('listen-failed', {}, { cause: error });
}
