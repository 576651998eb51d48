export { reviewKinds } from './kinds.ts';
export type { Review } from './service.ts';
