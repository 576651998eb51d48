import type { Session, Streams } from 'electron';
import type { ElectronApi } from './electron.ts';
import { isConsoleUrl } from './protocol.ts';
import { screenChoice } from './words.ts';

/** The most windows and screens that the dialog lists. */
const MAX_LISTED = 12;

/**
 * Lets the console share a screen or a window that its person chooses: in the picker of the system where there is one,
 * else in a dialog. Nothing is captured without that choice.
 *
 * @param platform as `process.platform` names it; only Windows gives the sound of the system.
 */
export function offerScreens(
  session: Session,
  { desktopCapturer, dialog }: Pick<ElectronApi, 'desktopCapturer' | 'dialog'>,
  platform: NodeJS.Platform,
): void {
  session.setDisplayMediaRequestHandler(
    (request, answer) => {
      const refuse = () => answer(null);
      if (!request.userGesture || !isConsoleUrl(request.frame?.url ?? '')) return refuse();
      chosen({ desktopCapturer, dialog }).then((source) => {
        if (source === null) return refuse();
        const hasSound = request.audioRequested && platform === 'win32';
        const streams: Streams = { video: source, ...(hasSound ? { audio: 'loopback' } : {}) };
        answer(streams);
      }, refuse);
    },
    { useSystemPicker: true },
  );
}

async function chosen({ desktopCapturer, dialog }: Pick<ElectronApi, 'desktopCapturer' | 'dialog'>) {
  const thumbnailSize = { width: 0, height: 0 };
  const sources = await desktopCapturer.getSources({ types: ['screen', 'window'], thumbnailSize });
  const listed = sources.slice(0, MAX_LISTED);
  const { response } = await dialog.showMessageBox(screenChoice(listed.map(({ name }) => name)));
  return listed[response] ?? null;
}
