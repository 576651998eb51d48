import type { StreamMuxerFactory } from '@libp2p/interface';

/** The used part of a stream of the native QUIC library, whose own types are `any`. */
export interface NativeStream {
  id(): string;
  /** The next bytes, at most this many; null after the other side closed its end. */
  read(maxBytes: number): Promise<Uint8Array | null>;
  /** Resolves when the library has accepted the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  finishWrite(): Promise<void>;
  resetWrite(): Promise<void>;
  stopRead(): Promise<void>;
}

/** A connection of the native QUIC library. */
export interface NativeConnection {
  inboundStream(): Promise<NativeStream>;
  outboundStream(): Promise<NativeStream>;
}

/** The native connection behind a muxer factory of `@chainsafe/libp2p-quic`. */
export function nativeConnectionOf(factory: StreamMuxerFactory | undefined): NativeConnection {
  const init: unknown = factory === undefined ? undefined : Reflect.get(factory, 'init');
  if (typeof init === 'object' && init !== null && 'connection' in init && isNative(init.connection))
    return init.connection;
  throw new Error('The QUIC library made a muxer without a connection.');
}

function isNative(value: unknown): value is NativeConnection {
  return typeof value === 'object' && value !== null && 'inboundStream' in value && 'outboundStream' in value;
}
