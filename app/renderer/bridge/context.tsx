import { createContext, use, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Client, CommunityClient } from '../../contract/index.ts';
import { bridgeIn, connect } from './client.ts';
import type { Bridge, NodeBridge } from './client.ts';
import type { Connection } from './connection.ts';

const NodeContext = createContext<NodeBridge | null>(null);
const CommunityContext = createContext<Bridge | null>(null);

let connecting: Promise<NodeBridge> | null = null;
/** One bridge per window, however often the provider mounts. */
const windowBridge = () => (connecting ??= connect(window));

/** Provides the bridge to everything below it; shows `fallback` until the bridge exists. */
export function ClientProvider(props: { bridge?: NodeBridge; fallback?: ReactNode; children: ReactNode }) {
  const [made, setMade] = useState<NodeBridge | null>(props.bridge ?? null);
  useEffect(() => {
    if (made !== null) return;
    let here = true;
    void windowBridge().then((bridge) => here && setMade(bridge));
    return () => {
      here = false;
    };
  }, [made]);
  if (made === null) return <>{props.fallback ?? null}</>;
  return <NodeContext value={made}>{props.children}</NodeContext>;
}

/** Provides the bridge of one community to its rooms. */
export function CommunityProvider({ id, children }: { id: string; children: ReactNode }) {
  const node = useNodeBridge();
  const bridge = useMemo(() => bridgeIn(node, id), [node, id]);
  return <CommunityContext value={bridge}>{children}</CommunityContext>;
}

/** The bridge of this window; only below a {@link ClientProvider}. */
export function useNodeBridge(): NodeBridge {
  const bridge = use(NodeContext);
  if (bridge === null) throw new Error('useNodeBridge needs a ClientProvider above it.');
  return bridge;
}

/** The bridge of the community whose rooms are shown; only below a {@link CommunityProvider}. */
export function useBridge(): Bridge {
  const bridge = use(CommunityContext);
  if (bridge === null) throw new Error('useBridge needs a CommunityProvider above it.');
  return bridge;
}

/** The typed client of this window's node. */
export const useNodeClient = (): Client => useNodeBridge().client;

/** The typed client in the community whose rooms are shown. */
export const useClient = (): CommunityClient => useBridge().client;

/** The state of the connection to the node, and a way to retry at once. */
export function useConnection(): Connection & { retryNow: () => void } {
  const bridge = useNodeBridge();
  const connection = useStore(bridge.connection);
  return { ...connection, retryNow: bridge.retryNow };
}
