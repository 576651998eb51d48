import { createContext, use, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Client } from '../../contract/index.ts';
import { connect } from './client.ts';
import type { Bridge } from './client.ts';
import type { Connection } from './connection.ts';

const BridgeContext = createContext<Bridge | null>(null);

let connecting: Promise<Bridge> | null = null;
/** One bridge per window, however often the provider mounts. */
const windowBridge = () => (connecting ??= connect(window));

/** Provides the bridge to everything below it; shows `fallback` until the bridge exists. */
export function ClientProvider(props: { bridge?: Bridge; fallback?: ReactNode; children: ReactNode }) {
  const [made, setMade] = useState<Bridge | null>(props.bridge ?? null);
  useEffect(() => {
    if (made !== null) return;
    let here = true;
    void windowBridge().then((bridge) => here && setMade(bridge));
    return () => {
      here = false;
    };
  }, [made]);
  if (made === null) return <>{props.fallback ?? null}</>;
  return <BridgeContext value={made}>{props.children}</BridgeContext>;
}

/** The bridge of this window; only below a {@link ClientProvider}. */
export function useBridge(): Bridge {
  const bridge = use(BridgeContext);
  if (bridge === null) throw new Error('useBridge needs a ClientProvider above it.');
  return bridge;
}

/** The typed client of this window's node. */
export const useClient = (): Client => useBridge().client;

/** The state of the connection to the node, and a way to retry at once. */
export function useConnection(): Connection & { retryNow: () => void } {
  const bridge = useBridge();
  const connection = useStore(bridge.connection);
  return { ...connection, retryNow: bridge.retryNow };
}
