export { boardKinds, type AttachmentRef } from './kinds.ts';
export { boardsArchive } from './archive-port.ts';
export type { Boards } from './service.ts';
export { somePost } from './sim-acts.ts';
