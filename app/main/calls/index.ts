export type { Sfu } from './ports.ts';
