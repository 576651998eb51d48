import type { CallSource } from '../../../contract/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { callChoices, choose, type CallChoices } from './choices.ts';
import { faultOf, openCamera, openMicrophone, openScreen } from './devices.ts';
import type { CallSession } from './session.ts';

/** The acts of a person on their devices during a call. */
export class Controls {
  readonly #session: CallSession;
  readonly #opening = new Set<CallSource>();

  constructor(session: CallSession) {
    this.#session = session;
  }

  /** Takes over what was chosen before the call, with the tracks that its preview opened. */
  begin(microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null): void {
    const choices = callChoices.getState();
    this.#session.speaker(choices.speaker);
    this.#session.quality(choices.quality);
    if (microphone !== null) void this.#session.send('microphone', microphone, choices.joinMuted);
    if (camera !== null) void this.#session.send('camera', camera);
  }

  isOn(source: CallSource): boolean {
    const own = this.#session.view.getState().own.get(source);
    return own !== undefined && !own.muted;
  }

  toggleMicrophone(): void {
    this.microphone(!this.isOn('microphone'));
  }

  /** Switches the microphone on, opening it if there is none yet, or mutes it. */
  microphone(on: boolean): void {
    if (!on || this.#session.view.getState().own.has('microphone')) this.#session.mute('microphone', !on);
    else
      void this.#open('microphone', async () => {
        await this.#session.send('microphone', await openMicrophone(callChoices.getState()));
      });
  }

  /** Speaks while the returned function has not been called. */
  talk(): () => void {
    if (this.isOn('microphone')) return () => undefined;
    this.microphone(true);
    return () => this.microphone(false);
  }

  toggleCamera(): void {
    if (this.#session.view.getState().own.has('camera')) this.#session.stop('camera');
    else this.#openCamera();
  }

  toggleScreen(): void {
    if (this.#session.view.getState().own.has('screen')) {
      this.#session.stop('screen');
      this.#session.stop('screen-sound');
    } else
      void this.#open('screen', async () => {
        const shared = await openScreen();
        if (shared === null) return;
        await this.#session.send('screen', shared.picture);
        if (shared.sound !== null) await this.#session.send('screen-sound', shared.sound);
      });
  }

  /** Changes a choice; a device in use is opened anew with it. */
  change(patch: Partial<CallChoices>): void {
    const before = callChoices.getState();
    choose(patch);
    const now = callChoices.getState();
    const { own } = this.#session.view.getState();
    const differs = (...names: (keyof CallChoices)[]) => names.some((name) => before[name] !== now[name]);
    if (differs('speaker')) this.#session.speaker(now.speaker);
    if (differs('quality')) {
      this.#session.quality(now.quality);
      if (now.quality === 'audio') this.#session.stop('camera');
    }
    const microphone = own.get('microphone');
    if (microphone && differs('microphone', 'noiseSuppression', 'echoCancellation', 'autoGain'))
      void this.#open('microphone', async () => {
        await this.#session.send('microphone', await openMicrophone(now), microphone.muted);
      });
    if (own.has('camera') && now.quality !== 'audio' && differs('camera', 'quality')) this.#openCamera();
  }

  #openCamera(): void {
    void this.#open('camera', async () => {
      await this.#session.send('camera', await openCamera(callChoices.getState()));
    });
  }

  async #open(source: CallSource, task: () => Promise<void>): Promise<void> {
    if (this.#opening.has(source)) return;
    this.#opening.add(source);
    try {
      await task();
    } catch (error) {
      const fault = faultOf(error);
      this.#session.view.setState({
        problem: { code: `device-${fault}`, ...words.devices.faults[source](fault) },
      });
    } finally {
      this.#opening.delete(source);
    }
  }
}
