/** What the preload uses of the page; the page itself is typed elsewhere. */
export interface Page {
  readonly location: { readonly origin: string };
  addEventListener(
    type: 'message',
    listener: (event: { readonly source: unknown; readonly data: unknown }) => void,
  ): void;
  postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void;
}

/** What the preload uses of Electron's messages to the shell. */
export interface Wire {
  send(channel: string): void;
  on(channel: string, listener: (event: { readonly ports: unknown[] }) => void): unknown;
}

const ASK_CHANNEL = 'impulse:connect';
const PORT_CHANNEL = 'impulse:port';

/**
 * Passes the console's wish for a port on to the shell, and the port that comes back on to the console.
 * Nothing else crosses: no data, no other channel.
 */
export function handOver(page: Page, wire: Wire): void {
  page.addEventListener('message', ({ source, data }) => {
    if (source === page && data === 'impulse:ready') wire.send(ASK_CHANNEL);
  });
  wire.on(PORT_CHANNEL, ({ ports }) => {
    const [port] = ports;
    if (port !== undefined) page.postMessage('impulse:port', page.location.origin, [port]);
  });
}
