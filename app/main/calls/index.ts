export type { BotMedia, ManagedRelay, RelayOptions, Sfu, SfuOptions } from './ports.ts';
