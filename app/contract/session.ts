/**
 * How a page of the console opens a connection to its host. The page exchanges a code, which works once and for a short
 * time, for a session: an id and a key. The key is never sent again. Before each connection both sides prove that they
 * know it, the host first: a program that took the port of a host that is down learns nothing and is not believed.
 */
import * as z from 'zod';

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Paths of the host; both take POST with JSON. */
export const SESSION_PATH = '/session';
export const GREETING_PATH = '/session/greeting';
/** The most bytes of a request to either. */
export const MAX_SESSION_REQUEST_BYTES = 1024;

export const SessionRequest = z.strictObject({ code: secret });
/** A session of one page: it ends with the host. */
export const Session = z.strictObject({ session: secret, key: secret });
export type Session = z.infer<typeof Session>;

/** The page names its session and a number used once. */
export const Greeting = z.strictObject({ session: secret, nonce: secret });
/** The host answers with a number of its own, and proves that it knows the key. */
export const GreetingAnswer = z.strictObject({ nonce: secret, proof: secret });

/** The facts that a proof is about: by the host to a page, then by the page to the host. */
export interface Proven {
  readonly by: 'host' | 'page';
  readonly session: string;
  readonly pageNonce: string;
  readonly hostNonce: string;
}

/** HMAC-SHA256 with the key of a session, in base64url. */
export async function proofOf(key: string, { by, session, pageNonce, hostNonce }: Proven): Promise<string> {
  const text = `impulse/session/1\n${by}\n${session}\n${pageNonce}\n${hostNonce}`;
  const hmac = await crypto.subtle.importKey('raw', bytesOf(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return textOf(new Uint8Array(await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode(text))));
}

/** 256 random bits in base64url. */
export const randomSecret = (): string => textOf(crypto.getRandomValues(new Uint8Array(32)));

/** The subprotocol with which a page opens its connection. */
export const subprotocolOf = (session: string, hostNonce: string, proof: string): string =>
  `impulse.${session}.${hostNonce}.${proof}`;

/** The parts of such a subprotocol; null if it has another form. */
export function subprotocolParts(text: string): { session: string; hostNonce: string; proof: string } | null {
  const parts = /^impulse\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/.exec(text);
  return parts && { session: parts[1]!, hostNonce: parts[2]!, proof: parts[3]! };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
