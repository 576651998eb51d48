export { chatKinds } from './kinds.ts';
export type { Chat } from './service.ts';
