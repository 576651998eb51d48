export { boardsApi } from './api.ts';
export { boardKinds, type AttachmentRef } from './kinds.ts';
export { boardsArchive } from './archive-port.ts';
export { boardMigrations } from './migrations.ts';
export { BoardsProjection } from './projection.ts';
export { SearchScrub } from './search-scrub.ts';
export { createBoards, type Boards } from './service.ts';
export { postItems } from './items.ts';
