export type { QuicComponents } from '@chainsafe/libp2p-quic';

/** The factory of QUIC transports that `@chainsafe/libp2p-quic` exports. */
export type QuicFactory = typeof import('@chainsafe/libp2p-quic').quic;

let loading: Promise<QuicFactory | null> | null = null;

/** Loads the QUIC library; null on a system without a binary of it, such as Windows on ARM. */
export function loadQuic(): Promise<QuicFactory | null> {
  loading ??= import('@chainsafe/libp2p-quic').then(
    ({ quic }) => quic,
    () => null,
  );
  return loading;
}
