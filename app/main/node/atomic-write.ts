/** Lets host and shell use the adapter that replaces files atomically. */
export { writeAtomically } from '../platform/disk/atomic-write.ts';
