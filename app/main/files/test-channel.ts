import type { Channel } from '../log/transport.ts';

/** A channel whose peer sends the given messages; then it closes, or is silent. It records the acts of this side. */
export function scripted(peer: string, incoming: readonly Uint8Array[], end: 'closes' | 'silent' = 'closes') {
  const sent: Uint8Array[] = [];
  const told: unknown[] = [];
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const channel: Channel = {
    peer,
    send: async (message) => void sent.push(message),
    async *receive() {
      yield* incoming;
      if (end === 'silent') await broken.promise;
    },
    close: async () => void told.push('closed'),
    abort(reason) {
      told.push((reason as { code?: string }).code);
      broken.reject(reason);
    },
  };
  return { channel, sent, told };
}
