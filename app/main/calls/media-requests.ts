import type { CallReply, CallRequest, CallRights, CallSource, IceServer } from '../../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { kindOf, type Media } from './media.ts';
import type { Participant } from './participant.ts';
import { problem } from './problems.ts';

type Of<Type extends CallRequest['type']> = Extract<CallRequest, { type: Type }>;

export interface MediaRequestsInit {
  readonly media: Media;
  readonly clock: Clock;
  /** The relays that a participant may use. */
  readonly relays: (
    participant: string,
  ) => Promise<{ readonly iceServers: IceServer[]; readonly relayOnly: boolean }>;
  readonly rightsOf: (participant: Participant) => CallRights;
  readonly onJoined: () => void;
  /** The media that somebody sends have changed. */
  readonly onChange: () => void;
}

/** Answers what participants ask about their media. */
export class MediaRequests {
  readonly #init: MediaRequestsInit;

  constructor(init: MediaRequestsInit) {
    this.#init = init;
  }

  /** Null if the request is about something else. Rejects with a Problem. */
  async answer(participant: Participant, request: CallRequest): Promise<CallReply | null> {
    switch (request.type) {
      case 'join':
        return this.#join(participant, request);
      case 'connect':
        await transportOf(participant, request.transport).connect(request.dtlsParameters);
        return {};
      case 'restart-ice':
        return { iceParameters: await transportOf(participant, request.transport).restartIce() };
      case 'send':
        return this.#send(participant, request);
      case 'mute':
        await this.mute(participant, request.source, request.muted);
        return {};
      case 'stop':
        this.stop(participant, request.source);
        return {};
      case 'ready':
      case 'prefer':
        return this.#receive(participant, request);
      default:
        return null;
    }
  }

  async mute(participant: Participant, source: CallSource, muted: boolean): Promise<void> {
    const sent = participant.sends.get(source);
    if (!sent) return;
    sent.muted = muted;
    await (muted ? sent.producer.pause() : sent.producer.resume());
    this.#init.onChange();
  }

  /** Ends a track; no effect if it is not sent. */
  stop(participant: Participant, source: CallSource): void {
    const sent = participant.sends.get(source);
    if (!sent) return;
    participant.sends.delete(source);
    sent.producer.close();
    this.#init.onChange();
  }

  /** [CA6] */
  async #join(participant: Participant, { token, capabilities }: Of<'join'>): Promise<CallReply> {
    if (participant.connections !== null) throw problem('joined-already');
    const known = participant.token;
    participant.token = null;
    const { clock, relays, media, onJoined } = this.#init;
    if (known === null || known.value !== token || clock.now() > known.until) throw problem('bad-token');
    const made = await media.connect(participant, capabilities);
    if (participant.isGone) {
      made.send.close();
      made.receive.close();
      throw problem('session-unknown');
    }
    participant.connections = made;
    participant.joinedAt ??= clock.now();
    // The reply goes first: the browser needs its connections for the tracks.
    clock.after(0, () => void media.offerAll(participant));
    onJoined();
    const { send, receive } = made;
    return {
      transports: { send: { id: send.id, ...send.offer }, receive: { id: receive.id, ...receive.offer } },
      ...(await relays(participant.id)),
    };
  }

  /** [CA9] */
  async #send(participant: Participant, { source, rtpParameters, muted }: Of<'send'>): Promise<CallReply> {
    const { media, rightsOf, onChange } = this.#init;
    const rights = rightsOf(participant);
    const isAllowed = {
      microphone: true,
      camera: rights.video,
      screen: rights.share,
      'screen-sound': rights.share,
    };
    if (!isAllowed[source]) throw problem('not-allowed');
    if (participant.sends.has(source)) throw problem('sends-already');
    const { connections } = participant;
    const track = { kind: kindOf(source), rtpParameters, paused: muted };
    const producer = await connections!.send.produce(track);
    if (participant.connections !== connections) {
      producer.close();
      throw problem('session-unknown');
    }
    const sent = { producer, muted };
    participant.sends.set(source, sent);
    onChange();
    void media.offer(participant, source, sent);
    return { producer: producer.id };
  }

  async #receive(participant: Participant, request: Of<'ready'> | Of<'prefer'>): Promise<CallReply> {
    const received = participant.receives.get(request.track);
    // It may have ended while the request was on its way.
    if (!received) return {};
    if (request.type === 'ready') received.isReady = true;
    else received.height = request.height;
    await this.#init.media.apply(received);
    return {};
  }
}

function transportOf({ connections }: Participant, id: string) {
  const found = [connections?.send, connections?.receive].find((transport) => transport?.id === id);
  if (found === undefined) throw problem('transport-unknown');
  return found;
}
