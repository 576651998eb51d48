export type { ManagedRelay, RelayOptions, Sfu, SfuOptions } from './ports.ts';
