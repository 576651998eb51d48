import { problem } from '../problems.ts';
import type { Recorder, RecordingFolder } from '../recording-ports.ts';

/** The recorder of a world that records no calls. */
export const noRecorder: Recorder = {
  trouble: () => problem.fields('recorder-missing'),
  write: () => Promise.reject(problem('recorder-missing')),
  compose() {
    const done = Promise.reject<void>(problem('recorder-missing'));
    done.catch(() => {});
    return { done, cancel() {} };
  },
};

/** The folder of a world without a disk. */
export const noRecordings: RecordingFolder = {
  make: () => Promise.reject(problem('recorder-missing')),
  pathOf: (_recording, file) => file,
  bytesOf: async () => 0,
  read: async () => new Uint8Array(0),
  removeFiles: async () => {},
  remove: async () => {},
  list: async () => [],
};
