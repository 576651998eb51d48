export type { Sfu, SfuOptions } from './ports.ts';
