export type { BotMedia, ManagedRelay, RelayOptions, Sfu, SfuOptions } from './ports.ts';
export type { Recorder, RecordingFolder } from './recording-ports.ts';
