import type { IpcMainEvent } from 'electron';
import { isConsoleUrl } from './protocol.ts';

/** The parts of a message that are checked. */
type Sender = Pick<IpcMainEvent, 'sender' | 'senderFrame'>;

/**
 * Whether a message comes from the console: from the top frame of the given window, while a page of the
 * console itself is in it.
 */
export function isFromConsole({ sender, senderFrame }: Sender, windowContentsId: number | null): boolean {
  return (
    windowContentsId !== null &&
    sender.id === windowContentsId &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    isConsoleUrl(senderFrame.url)
  );
}
