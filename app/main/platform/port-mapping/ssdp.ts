import { createSocket } from 'node:dgram';
import type { Clock } from '../../kernel/clock.ts';
import type { Router } from './router.ts';
import { problem } from './problems.ts';

const MULTICAST_ADDRESS = '239.255.255.250';
/** A version 2 router should answer a search for version 1, but not all do. */
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
];
/** Waits after each search; then the router counts as silent. Routers may take a second to answer (MX). */
const WAITS_MS = [1000, 2000];
const MAX_ANSWER_BYTES = 2048;
const MAX_URL_CHARACTERS = 512;

/** A search for `target` (UPnP Device Architecture 1.1, section 1.3.2). */
export function encodeSearch(target: string): string {
  const host = `${MULTICAST_ADDRESS}:1900`;
  return [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${host}`,
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: ${target}`,
    '',
    '',
  ].join('\r\n');
}

/**
 * The address of the device description that an answer to a search names, or null if it is not such an
 * answer.
 */
export function decodeSearchAnswer(bytes: Uint8Array, routerAddress: string): URL | null {
  if (bytes.length > MAX_ANSWER_BYTES) return null;
  const text = new TextDecoder('latin1').decode(bytes);
  if (!/^HTTP\/1\.[01] 200(?: |\r?\n)/.test(text)) return null;
  const target = /^st:[ \t]*(\S+)/im.exec(text)?.[1];
  const location = /^location:[ \t]*(\S+)/im.exec(text)?.[1];
  if (target === undefined || !TARGETS.includes(target) || location === undefined) return null;
  return urlOnRouter(location, null, routerAddress);
}

/**
 * An HTTP address on the router, or null. Other addresses would let a device of the home network redirect
 * this machine's requests.
 */
export function urlOnRouter(text: string, base: URL | null, routerAddress: string): URL | null {
  if (text.length > MAX_URL_CHARACTERS) return null;
  const url = URL.parse(text, base?.href);
  return url?.protocol === 'http:' && url.hostname === routerAddress ? url : null;
}

/**
 * Looks for the router's device description. The search is multicast, as UPnP requires, and also sent to the
 * router, because firewalls accept an answer from an address that was sent to.
 *
 * @throws Problem `router-silent` after 3 s; the signal's reason when it aborts.
 */
export async function search(
  router: Router,
  localAddress: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<URL> {
  signal.throwIfAborted();
  const socket = createSocket('udp4');
  let cancelWait = () => {};
  let onAbort = () => {};
  try {
    return await new Promise<URL>((resolve, reject) => {
      const silent = (cause?: unknown) => reject(problem('router-silent-upnp', {}, { cause }));
      const send = (attempt: number) => {
        const waitMs = WAITS_MS[attempt];
        if (waitMs === undefined) return silent();
        for (const host of [router.address, MULTICAST_ADDRESS]) {
          // One of the two sends may fail; if both do, the search times out.
          for (const target of TARGETS) socket.send(encodeSearch(target), router.ssdpPort, host, () => {});
        }
        cancelWait = clock.after(waitMs, () => send(attempt + 1));
      };
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      socket.on('error', silent);
      socket.on('message', (bytes, sender) => {
        if (sender.address !== router.address) return;
        const location = decodeSearchAnswer(bytes, router.address);
        if (location !== null) resolve(location);
      });
      socket.bind(0, localAddress, () => {
        try {
          socket.setMulticastInterface(localAddress);
          socket.setMulticastTTL(2);
          send(0);
        } catch (error) {
          silent(error);
        }
      });
    });
  } finally {
    cancelWait();
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}
