import type { CallChoices } from './choices.ts';
import type { Quality } from './media-port.ts';

/** Why a device cannot be used. `insecure`: the page came over a connection on which browsers offer none. */
export type DeviceFault = 'blocked' | 'missing' | 'busy' | 'insecure' | 'failed';

export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceFault;

  constructor(code: DeviceFault) {
    super(code);
    this.code = code;
  }
}

export interface DeviceChoice {
  readonly id: string;
  /** Empty until the person has allowed the use of a device. */
  readonly label: string;
}

export interface Devices {
  readonly microphones: readonly DeviceChoice[];
  readonly cameras: readonly DeviceChoice[];
  /** Empty where the browser does not let a page choose. */
  readonly speakers: readonly DeviceChoice[];
}

export const noDevices: Devices = { microphones: [], cameras: [], speakers: [] };

// Absent from pages that came over an insecure connection, whatever its type says.
const media = (): MediaDevices | undefined => navigator.mediaDevices as MediaDevices | undefined;

export const canShareScreen = (): boolean => typeof media()?.getDisplayMedia === 'function';

export async function listDevices(): Promise<Devices> {
  const all = (await media()?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind): DeviceChoice[] =>
    all
      .filter(
        (device) =>
          device.kind === kind && device.deviceId !== 'default' && device.deviceId !== 'communications',
      )
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  const canChoose = 'setSinkId' in HTMLMediaElement.prototype;
  return {
    microphones: of('audioinput'),
    cameras: of('videoinput'),
    speakers: canChoose ? of('audiooutput') : [],
  };
}

/** Calls back when a device is plugged in or out; returns what ends that. */
export function onDevices(changed: () => void): () => void {
  const devices = media();
  devices?.addEventListener('devicechange', changed);
  return () => devices?.removeEventListener('devicechange', changed);
}

export function faultOf(error: unknown): DeviceFault {
  if (error instanceof DeviceError) return error.code;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'blocked';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'failed';
}

// A device that is gone gives way to another one; an exact id would fail instead.
const preferred = (id: string) => (id === '' ? {} : { deviceId: { ideal: id } });

export const microphoneConstraints = (choices: CallChoices): MediaTrackConstraints => ({
  ...preferred(choices.microphone),
  noiseSuppression: choices.noiseSuppression,
  echoCancellation: choices.echoCancellation,
  autoGainControl: choices.autoGain,
  channelCount: { ideal: 1 },
});

const sizes: Readonly<Record<Quality, readonly [number, number]>> = {
  auto: [1280, 720],
  '360p': [640, 360],
  '720p': [1280, 720],
  '1080p': [1920, 1080],
  audio: [320, 180],
};

export function cameraConstraints(choices: CallChoices): MediaTrackConstraints {
  const [width, height] = sizes[choices.quality];
  return {
    ...preferred(choices.camera),
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: 30, max: 30 },
  };
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
  const devices = media();
  if (devices === undefined) throw new DeviceError('insecure');
  try {
    const [track] = (await devices.getUserMedia(constraints)).getTracks();
    if (track === undefined) throw new DeviceError('missing');
    return track;
  } catch (error) {
    throw new DeviceError(faultOf(error));
  }
}

/** Opens the chosen microphone, or another one if it is gone. Throws a {@link DeviceError}. */
export const openMicrophone = (choices: CallChoices): Promise<MediaStreamTrack> =>
  open({ audio: microphoneConstraints(choices) });

/** Opens the chosen camera, or another one if it is gone. Throws a {@link DeviceError}. */
export const openCamera = (choices: CallChoices): Promise<MediaStreamTrack> =>
  open({ video: cameraConstraints(choices) });

/** Lets the person choose a screen or a window, with its sound where the system offers it; null if they chose none. */
export async function openScreen(): Promise<{
  picture: MediaStreamTrack;
  sound: MediaStreamTrack | null;
} | null> {
  const devices = media();
  if (devices === undefined) throw new DeviceError('insecure');
  try {
    const stream = await devices.getDisplayMedia({
      video: { frameRate: { ideal: 15, max: 30 } },
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    const [picture] = stream.getVideoTracks();
    const [sound = null] = stream.getAudioTracks();
    return picture === undefined ? null : { picture, sound };
  } catch (error) {
    // Closing the choice is no failure; browsers report it like a refusal.
    if (faultOf(error) === 'blocked') return null;
    throw new DeviceError(faultOf(error));
  }
}

/** How loud a track is, from 0 to 1, about 20 times a second; returns what ends the measuring. */
export function measureLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(levelOf(samples));
  }, 50);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

const QUIETEST_DB = -60;

/** The loudness of samples between −1 and 1: 0 at −60 dB and below, 1 at full scale. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  if (power === 0) return 0;
  const decibels = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, 1 - decibels / QUIETEST_DB));
}
