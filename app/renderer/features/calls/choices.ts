import * as z from 'zod';
import { createStore } from 'zustand/vanilla';

/** The choices of a person for calls on this screen. Empty ids leave the choice to the system. */
export const CallChoices = z.object({
  microphone: z.string().catch(''),
  camera: z.string().catch(''),
  speaker: z.string().catch(''),
  joinMuted: z.boolean().catch(false),
  joinWithCamera: z.boolean().catch(false),
  noiseSuppression: z.boolean().catch(true),
  echoCancellation: z.boolean().catch(true),
  autoGain: z.boolean().catch(true),
  quality: z.enum(['auto', '360p', '720p', '1080p', 'audio']).catch('auto'),
  /** Whether a screen reader is told who speaks. */
  tellSpeaker: z.boolean().catch(true),
  mirror: z.boolean().catch(true),
});
export type CallChoices = z.infer<typeof CallChoices>;

const key = 'impulse.calls';

function stored(): CallChoices {
  let value: unknown = {};
  try {
    value = JSON.parse(localStorage.getItem(key) ?? '{}');
  } catch {
    // If storage is unreadable or forbidden, the defaults apply; nothing is lost.
  }
  return CallChoices.parse(typeof value === 'object' && value !== null ? value : {});
}

/** The choices, stored in the browser profile and not in the node. */
export const callChoices = createStore<CallChoices>(() => stored());

export function choose(patch: Partial<CallChoices>): void {
  callChoices.setState(patch);
  try {
    localStorage.setItem(key, JSON.stringify(callChoices.getState()));
  } catch {
    // Without storage, the choice lasts until the window closes.
  }
}
