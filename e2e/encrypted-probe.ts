import type { Page } from 'playwright-core';
import { FrameOpener } from '../app/renderer/features/calls/secrecy/frame-opener.ts';

/** Makes a page use the older streams of Chromium; to be added before the page loads. */
export const withoutTransforms = 'delete globalThis.RTCRtpScriptTransform;';

/** Makes a browser that cannot encrypt. */
export const withoutEncryption = `
  delete globalThis.RTCRtpScriptTransform;
  delete RTCRtpSender.prototype.createEncodedStreams;
`;

/** Keeps every secret of others from the worker of a page: it takes part in the call without a key. */
export const withoutSecrets = `
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.type !== 'receive') post.call(this, message, ...rest);
  };
`;

/** Keeps a copy of every secret that the page hands to its worker in `globalThis.secrets`. */
export const leakSecrets = `
  globalThis.secrets = [];
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.type === 'receive') {
      const { from, epoch } = message;
      globalThis.secrets.push({ from, epoch: { ...epoch, secret: [...epoch.secret] } });
    }
    return post.call(this, message, ...rest);
  };
`;

/**
 * Hands what comes to the decoder as it is, and keeps the last frames in `globalThis.tapped`: what the SFU sees. The
 * context has to bypass the content security policy, because the worker of the tap is no file.
 */
export const tapFrames = `
  globalThis.tapped = [];
  const code = 'onrtctransform = ' + (({ transformer: { readable, writable, options } }) => {
    readable.pipeThrough(new TransformStream({
      transform(frame, controller) {
        postMessage({ ...options, data: [...new Uint8Array(frame.data)] });
        controller.enqueue(frame);
      },
    })).pipeTo(writable);
  });
  const Native = globalThis.RTCRtpScriptTransform;
  let tap = null;
  globalThis.RTCRtpScriptTransform = function (worker, options) {
    if (options.way === 'send') return new Native(worker, options);
    if (tap === null) {
      tap = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      tap.onmessage = ({ data }) => {
        globalThis.tapped.push(data);
        if (globalThis.tapped.length > 300) globalThis.tapped.shift();
      };
    }
    return new Native(tap, options);
  };
`;

interface Leaked {
  readonly from: string;
  readonly epoch: { readonly generation: number; readonly step: number; readonly secret: number[] };
}

interface Tapped {
  readonly from: string;
  readonly source: 'microphone' | 'camera';
  readonly data: number[];
}

/** The values that a page holds as `globalThis[name]`. */
const held = <T>(page: Page, name: string): Promise<T> =>
  page.evaluate((key) => (globalThis as unknown as Record<string, T>)[key]!, name);

export const secretsOf = (page: Page): Promise<Leaked[]> => held(page, 'secrets');
export const framesAt = (page: Page): Promise<Tapped[]> => held(page, 'tapped');

/** How many of the frames those secrets open, of each source. */
export async function opened(
  frames: readonly Tapped[],
  secrets: readonly Leaked[],
): Promise<{ microphone: number; camera: number }> {
  const openers = new Map<string, FrameOpener>();
  for (const { from, epoch } of secrets) {
    const opener = openers.get(from) ?? new FrameOpener(from, () => 0);
    openers.set(from, opener);
    await opener.add({ ...epoch, secret: Uint8Array.from(epoch.secret) });
  }
  const counts = { microphone: 0, camera: 0 };
  for (const { from, source, data } of frames) {
    const result = await openers.get(from)?.open(Uint8Array.from(data), source);
    if (result?.ok === true) counts[source] += 1;
  }
  return counts;
}
