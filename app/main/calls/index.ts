export type { Sfu, SfuOptions } from './ports.ts';
export type { Recorder, RecordingFolder } from './recording-ports.ts';
