export { chatKinds } from './kinds.ts';
export { chatMigrations } from './migrations.ts';
export { ChatProjection } from './projection.ts';
export { createChat, type Chat, type ChatInit } from './service.ts';
export { chatItems } from './items.ts';
