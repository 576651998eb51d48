/** The door of host and shell to files that are replaced as a whole. */
export { writeAtomically } from '../platform/disk/atomic-write.ts';
