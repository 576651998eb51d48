import * as z from 'zod';
import type { Kind } from '../log/kinds.ts';

/** The longest chat line, in characters. */
export const MAX_LINE = 2000;

export const ChatSay = z.strictObject({ text: z.string().min(1).max(MAX_LINE), me: z.boolean() });
export type ChatSay = z.infer<typeof ChatSay>;

/** A line of the chat. `me` marks an action: "* Mara waves". */
export const chatKinds = {
  say: {
    name: 'chat.say',
    stratum: 'content',
    body: ChatSay,
    leastRole: 'guest',
    redacted: () => ({ text: '…', me: false }) satisfies ChatSay,
  },
} as const satisfies Record<string, Kind>;
