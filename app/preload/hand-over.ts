/** The parts of the page that the preload uses. */
export interface Page {
  readonly location: { readonly origin: string };
  addEventListener(
    type: 'message',
    listener: (event: { readonly source: unknown; readonly data: unknown }) => void,
  ): void;
  postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void;
}

/** The parts of Electron's IPC that the preload uses. */
export interface Wire {
  send(channel: string): void;
  on(channel: string, listener: (event: { readonly ports: unknown[] }) => void): unknown;
}

const ASK_CHANNEL = 'impulse:connect';
const PORT_CHANNEL = 'impulse:port';

/**
 * Passes the console's request for a port to the shell, and the port to the console. No other data or channel
 * passes through.
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
