import type { CreateStreamOptions, MessageStream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface';
import { AbstractStreamMuxer } from '@libp2p/utils';
import type { NativeConnection, NativeStream } from './native.ts';
import { QuicStream } from './quic-stream.ts';
import { raceAbort } from './race.ts';

/** Streams that a peer may open before this side is ready for them. */
const MAX_EARLY_STREAMS = 16;

/** Makes the muxer of one native connection. */
export class QuicMuxerFactory implements StreamMuxerFactory {
  readonly protocol = 'quic';
  readonly #native: NativeConnection;

  constructor(native: NativeConnection) {
    this.#native = native;
  }

  createStreamMuxer(connection: MessageStream): StreamMuxer {
    return new QuicMuxer(connection, this.#native);
  }
}

/** The streams of one QUIC connection. */
class QuicMuxer extends AbstractStreamMuxer<QuicStream> {
  readonly #native: NativeConnection;

  constructor(connection: MessageStream, native: NativeConnection) {
    super(connection, { protocol: 'quic', name: 'quic', maxEarlyStreams: MAX_EARLY_STREAMS });
    this.#native = native;
    void this.#accept();
  }

  async onCreateStream({ signal }: CreateStreamOptions): Promise<QuicStream> {
    const opening = this.#native.outboundStream();
    try {
      return this.#wrap(await raceAbort(opening, signal), 'outbound');
    } catch (error) {
      // The library cannot cancel the opening of a stream, so a stream that opens too late is closed.
      opening.then(reset, () => {});
      throw error;
    }
  }

  /** The native library reads the connection itself. */
  onData(): void {}

  async #accept(): Promise<void> {
    try {
      for (;;) {
        const native = await this.#native.inboundStream();
        if (this.status === 'open') this.onRemoteStream(this.#wrap(native, 'inbound'));
        else reset(native);
      }
    } catch {
      // The connection is closed; its close event ends the streams.
    }
  }

  #wrap(native: NativeStream, direction: 'inbound' | 'outbound'): QuicStream {
    const id = native.id();
    return new QuicStream(native, { id, direction, log: this.log.newScope(`${direction}:${id}`) });
  }
}

function reset(native: NativeStream): void {
  void native.resetWrite();
  void native.stopRead();
}
