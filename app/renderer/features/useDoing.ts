import { useEffect } from 'react';
import { useClient, useConnection } from '../bridge/index.ts';

const REPEAT_MS = 60_000;
let lastActiveAt = Date.now();
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  const touched = () => {
    lastActiveAt = Date.now();
  };
  for (const event of ['keydown', 'pointerdown', 'wheel'])
    addEventListener(event, touched, { passive: true });
}

/**
 * Reports to the community what this person is doing, in a short phrase, and how long they have been idle.
 */
export function useDoing(doing: string): void {
  const client = useClient();
  const { state } = useConnection();
  useEffect(() => {
    if (state !== 'open') return;
    listen();
    const tell = () => {
      const idleMs = Math.max(0, Date.now() - lastActiveAt);
      // Presence is optional; a failed report is ignored.
      client.chat.doing({ doing: doing.slice(0, 80), idleMs }).catch(() => undefined);
    };
    tell();
    const timer = setInterval(tell, REPEAT_MS);
    return () => clearInterval(timer);
  }, [client, doing, state]);
}
