import type { types } from 'mediasoup';
import { DtlsParameters, PlainParameters } from '../../calls/adapter-ports.ts';
import type { Rtc, SfuTransport } from '../../calls/ports.ts';
import { plain } from './plain.ts';
import { parsed } from './refusal.ts';

export type State = 'connecting' | 'connected' | 'lost';

/** How a transport reaches its other end. */
export interface Wire {
  readonly inner: types.WebRtcTransport | types.PlainTransport;
  readonly offer: SfuTransport['offer'];
  /** Rejects with a Problem `sfu-refused` if the parameters are invalid. */
  connect(parameters: Rtc): Promise<void>;
  restartIce(): Promise<Rtc>;
  onState(listener: (state: State) => void): void;
  onClosed(listener: () => void): void;
}

/** ICE and DTLS to a browser. */
export function browserWire(inner: types.WebRtcTransport): Wire {
  const { iceParameters, iceCandidates, dtlsParameters } = inner;
  return {
    inner,
    offer: {
      iceParameters: plain(iceParameters),
      iceCandidates: iceCandidates.map(plain),
      dtlsParameters: plain(dtlsParameters),
    },
    async connect(parameters) {
      const checked = parsed(DtlsParameters, parameters);
      await inner.connect({ dtlsParameters: checked as types.DtlsParameters });
    },
    restartIce: async () => plain(await inner.restartIce()),
    onState(listener) {
      const changed = () => {
        const { iceState, dtlsState } = inner;
        if (dtlsState === 'failed' || dtlsState === 'closed' || iceState === 'disconnected') listener('lost');
        else if (dtlsState === 'connected') listener('connected');
        else if (iceState !== 'new') listener('connecting');
      };
      inner.on('icestatechange', changed);
      inner.on('dtlsstatechange', changed);
    },
    onClosed: (listener) => void inner.observer.once('close', listener),
  };
}

/** Where synthetic participants are, and nobody else. */
const LOOPBACK = '127.0.0.1';

/** How the SFU listens to a synthetic participant. */
export const plainOptions: types.PlainTransportOptions = {
  listenInfo: { protocol: 'udp', ip: LOOPBACK },
  enableSrtp: true,
  srtpCryptoSuite: 'AEAD_AES_128_GCM',
};

/** SRTP with given keys to a synthetic participant on this machine. */
export function plainWire(inner: types.PlainTransport): Wire {
  let tell: (state: State) => void = () => {};
  return {
    inner,
    offer: {
      iceParameters: {},
      iceCandidates: [{ protocol: 'udp', address: LOOPBACK, port: inner.tuple.localPort }],
      dtlsParameters: plain(inner.srtpParameters ?? {}),
    },
    async connect(parameters) {
      const { port, cryptoSuite, keyBase64 } = parsed(PlainParameters, parameters);
      // The address is not the participant's to choose: media would flood whoever they name.
      await inner.connect({ ip: LOOPBACK, port, srtpParameters: { cryptoSuite, keyBase64 } });
      tell('connected');
    },
    restartIce: async () => ({}),
    onState(listener) {
      tell = listener;
    },
    onClosed: (listener) => void inner.observer.once('close', listener),
  };
}
