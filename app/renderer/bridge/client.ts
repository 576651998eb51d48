import { createORPCClient } from '@orpc/client';
import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import * as z from 'zod';
import { clientOf } from '../../contract/index.ts';
import type { CallContext, Client, CommunityClient } from '../../contract/index.ts';
import { LastingLink } from './connection.ts';
import type { Connection, Link } from './connection.ts';
import { portCarrier } from './port.ts';
import { PageSession, takeCode } from './page-session.ts';
import { webSocketCarrier } from './websocket.ts';

/** The preload API of the desktop shell. */
export interface ShellFacts {
  readonly shell: true;
  readonly platform: string;
}

declare global {
  interface Window {
    readonly impulse?: ShellFacts;
  }
}

/** A link on which every call has the same context. */
const within = (link: Link, context: CallContext): Link => ({
  call: (path, input, options) => link.call(path, input, { ...options, context }),
});

/** A connection from the console to its node. */
export interface Connected<C> {
  readonly client: C;
  readonly connection: StoreApi<Connection>;
  readonly kind: 'shell' | 'browser' | 'sample';
  /** Retries the connection at once. */
  retryNow(): void;
  close(): void;
}

/** The only connection of a window. */
export type NodeBridge = Connected<Client>;

/** The connection as the rooms of one community use it. */
export type Bridge = Connected<CommunityClient>;

/** The connection for one community of the node. */
export const bridgeIn = (bridge: NodeBridge, community: string): Bridge => ({
  ...bridge,
  client: bridge.client.in(community),
});

const over = (link: LastingLink, kind: NodeBridge['kind']): NodeBridge => ({
  client: clientOf((context) => createORPCClient(within(link, context))),
  connection: link.connection,
  kind,
  retryNow: () => link.retryNow(),
  close: () => link.close(),
});

/** A bridge to in-memory sample data in a state that the address names: `?fake=halted`. */
async function connectSample(state: string): Promise<NodeBridge> {
  const { createFakeClient } = await import('./fake.ts');
  return {
    client: createFakeClient({ state, now: () => Date.now() }),
    connection: createStore<Connection>(() => ({ state: 'open', attempt: 0, retryInMs: null })),
    kind: 'sample',
    retryNow() {},
    close() {},
  };
}

/**
 * Connects to the node of this window: over the shell’s message port, over a WebSocket to the host that
 * served the page, or to sample data if the address asks for it.
 */
export async function connect(target: Window): Promise<NodeBridge> {
  // The page’s content security policy forbids code generated at run time, which zod would otherwise try.
  z.config({ jitless: true });
  const fake = new URLSearchParams(target.location.search).get('fake');
  if (fake !== null) return connectSample(fake);
  const isShell = target.impulse?.shell === true;
  const session = new PageSession(takeCode(target.location, target.history), target.sessionStorage);
  const carrier = isShell
    ? portCarrier(target)
    : webSocketCarrier({
        url: `${target.location.protocol === 'https:' ? 'wss' : 'ws'}://${target.location.host}/api`,
        session,
      });
  const bridge = over(new LastingLink(carrier), isShell ? 'shell' : 'browser');
  // An address with a code, opened in a tab that is open already, loads nothing.
  target.addEventListener('hashchange', () => {
    const code = takeCode(target.location, target.history);
    if (code === null) return;
    session.take(code);
    bridge.retryNow();
  });
  target.addEventListener('online', () => bridge.retryNow());
  return bridge;
}
