import { isIP } from 'node:net';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address to bind is loopback. */
export function isLoopback(bind: string): boolean {
  return bind === 'localhost' || bind === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bind);
}

/**
 * Whether the Host header names this host. A page of another site whose name resolves to this machine (DNS
 * rebinding) sends its own name and is refused.
 *
 * @param names names of a host that is reachable from outside, besides its addresses.
 */
export function hostAllowed(
  header: string | undefined,
  names: readonly string[],
  loopbackOnly: boolean,
): boolean {
  if (header === undefined) return false;
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/.exec(header);
  const name = match?.[1]?.toLowerCase();
  if (name === undefined) return false;
  if (LOOPBACK.has(name) || names.some((known) => known.toLowerCase() === name)) return true;
  return !loopbackOnly && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Whether a request comes from the host's own page or from a program, which sends no origin. */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  secure: boolean,
): boolean {
  if (origin === undefined) return true;
  return (
    host !== undefined && origin.toLowerCase() === `${secure ? 'https' : 'http'}://${host}`.toLowerCase()
  );
}
