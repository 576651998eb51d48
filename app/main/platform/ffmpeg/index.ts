import type { Recorder } from '../../calls/adapter-ports.ts';
import { compose } from './compose.ts';
import { problem } from './problems.ts';
import { writeTrack } from './writer.ts';

export { findFfmpeg } from './find.ts';

/** A recorder that runs ffmpeg. @param bin path of the program, or null if there is none; asked before each use. */
export function createRecorder({ bin }: { readonly bin: () => string | null }): Recorder {
  const mustHave = (): string => {
    const found = bin();
    if (found === null) throw problem('ffmpeg-missing');
    return found;
  };
  return {
    trouble: () => (bin() === null ? problem.fields('ffmpeg-missing') : null),
    write: async (format, path) => writeTrack(mustHave(), format, path),
    compose(plan, onProgress) {
      const found = bin();
      if (found !== null) return compose(found, plan, onProgress);
      const done = Promise.reject<void>(problem('ffmpeg-missing'));
      done.catch(() => {});
      return { done, cancel() {} };
    },
  };
}
